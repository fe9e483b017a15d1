import { setTimeout as sleep } from "node:timers/promises";
import type { WorkerView } from "../../contract/wire/views.ts";
import { openDatabase } from "../../db/openDatabase.ts";
import { type Act, type Dice, nothing } from "./act.ts";
import { backUpActs } from "./backUpActs.ts";
import { damageActs } from "./damageActs.ts";
import { readLedgers } from "./ledger.ts";
import { isOpen, launch, listRuns, personActs } from "./personActs.ts";
import { processActs } from "./processActs.ts";
import { memoryOf, openSockets } from "./program.ts";
import { byWeight, Random } from "./random.ts";
import { scriptedName } from "./scriptedRun.ts";
import { readStored, type StoredRun } from "./stored.ts";
import { studyKinds } from "./studies.ts";
import { surroundingsActs } from "./surroundingsActs.ts";
import { type Verdict, verify } from "./verify.ts";
import { Watcher } from "./watcher.ts";
import { World } from "./world.ts";

export interface ChaosOptions {
  minutes: number;
  seed: number;
  external: boolean;
  workers: number;
  /** Mean time between two acts, s. */
  every: number;
  say: (text: string) => void;
}

export interface ChaosReport {
  folder: string;
  verdict: Verdict | null;
  /** Number of acts by name. */
  acts: Map<string, number>;
  /** The last acts, with their times. */
  history: string[];
  refusals: Map<string, number>;
  surprises: string[];
  /** Runs that faults used up. */
  givenUp: string[];
  /** Why this is not what was promised; empty: it is. */
  violations: string[];
  maxMemory: number;
  watchers: number;
}

const allActs: Act[] = [...processActs, ...surroundingsActs, ...damageActs, ...backUpActs, ...personActs];
const maxWatchers = 12;
/** Sockets of an idle server after the chaos beyond those at the start: pages of this test, and some in passing. */
const moreSockets = 40;
const maxServerMemory = 1.2e9;

/**
 * Lets random things go wrong for a time, mends everything, waits until all runs have ended, and compares. What goes wrong, and when,
 * follows from the seed; whom it strikes depends on who is there.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { minutes, seed, say } = options;
  const world = await World.start(options);
  const report: ChaosReport = {
    ...{
      folder: world.folder,
      verdict: null,
      acts: new Map(),
      history: [],
      refusals: world.refusals,
      surprises: [],
      givenUp: [],
    },
    ...{ violations: [], maxMemory: 0, watchers: 0 },
  };
  const watchers: Watcher[] = [];
  let isOpening = false;
  const watching = setInterval(() => {
    if (world.server.pid) report.maxMemory = Math.max(report.maxMemory, memoryOf(world.server.pid));
    if (isOpening) return;
    isOpening = true;
    openWatcher(world, watchers)
      .catch(() => undefined)
      .finally(() => {
        isOpening = false;
      });
  }, 2_000);
  try {
    const openAtStart = openSockets(world.server.pid!);
    for (let first = 0; first < 3; first++) await launch(world, first / 3);
    world.patienceMs = 8_000;
    await actAtRandom(world, new Random(seed), options, report);
    world.patienceMs = 60_000;
    await world.until("the backup is restored", async () => !world.isRestoring, 120_000);
    say("everything is repaired");
    world.heal();
    await settle(world, report);
    clearInterval(watching);
    report.watchers = watchers.length;
    await checkWatchers(world, watchers, report);
    const references = await launchReferences(world);
    await checkIdle(world, openAtStart, report);
    for (const watcher of watchers) watcher.close();
    const left = await world.stop();
    if (left.length > 0) report.violations.push(`${left.length} processes were left over`);
    const stored = await readAll(world);
    const ofReferences = [...stored.values()].filter(({ id }) => references.has(id));
    const byConfig = new Map<string, StoredRun>(ofReferences.map((run) => [JSON.stringify(run.config), run]));
    report.verdict = verify(stored, readLedgers(world.workers.map(({ ledger }) => ledger)), world.deleted, byConfig);
    report.violations.push(...report.verdict.words);
  } catch (error) {
    report.violations.push((error as Error).message);
  } finally {
    clearInterval(watching);
    for (const watcher of watchers) watcher.close();
    await world.stop();
    report.surprises = world.programs.flatMap(({ surprises }) => surprises);
    for (const text of report.surprises) if (text.includes("had not ended")) report.violations.push(text);
    if (report.violations.length === 0) world.remove();
    else world.keep();
  }
  say(`${minutes} minutes, seed ${seed}`);
  return report;
}

async function actAtRandom(
  world: World,
  random: Random,
  { minutes, every, say }: ChaosOptions,
  report: ChaosReport,
): Promise<void> {
  const began = performance.now();
  const under: Promise<unknown>[] = [];
  while (performance.now() - began < minutes * 60_000) {
    await sleep(-1_000 * every * Math.log(1 - random.next()));
    const act = byWeight(allActs, random.next());
    const dice: Dice = [random.next(), random.next(), random.next()];
    under.push(
      act
        .do(world, dice)
        .then((done) => {
          if (done === nothing) return;
          report.acts.set(act.name, (report.acts.get(act.name) ?? 0) + 1);
          const line = `${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${act.name}: ${done.text}`;
          report.history.push(line);
          say(line);
          return done.over;
        })
        .catch((error) => say(`${act.name} failed: ${(error as Error).message}`)),
    );
  }
  await Promise.race([Promise.all(under), sleep(45_000)]);
}

/** Waits until all runs have ended; runs that faults used up are asked for again. */
async function settle(world: World, report: ChaosReport): Promise<void> {
  await world.until("the server answers again", () => world.answers(), 180_000);
  await findUnheard(world);
  // What persons have paused, they resume; so they do with workers that were set aside for their troubles.
  await world.until("all is resumed", () => resumeAll(world), 60_000);
  const allEnded = async () => !(await listRuns(world).catch(() => null))?.every((run) => !isOpen(run)) === false;
  await world.until("all runs have ended", allEnded, 240_000);
  for (const { id, status, failure } of await listRuns(world)) {
    if (!failure || status === "cancelled") continue;
    const text = `run ${id} failed: ${failure.code} ${failure.message.slice(0, 200)}`;
    if (["CRASHED", "WORKER_LOST"].includes(failure.code)) report.givenUp.push(text);
    else report.violations.push(text);
  }
  for (const id of world.experiments) await world.call("experiments.runMissing", { id });
  await world.until("workers are resumed", () => resumeAll(world), 60_000);
  await world.until("all runs that were asked for again have ended", allEnded, 240_000);
  const unfinished = (await listRuns(world)).filter(({ status }) => status !== "finished");
  for (const { id, status, failure } of unfinished)
    report.violations.push(`undisturbed, run ${id} is ${status}: ${failure?.code} ${failure?.message.slice(0, 300)}`);
}

/** Studies whose launch was made and not heard of are waited for too. */
async function findUnheard(world: World): Promise<void> {
  const { rows } = await world.call("experiments.list", { limit: 200 });
  for (const { id, sample } of rows) if (!sample && !world.experiments.includes(id)) world.experiments.push(id);
}

async function resumeAll(world: World): Promise<boolean> {
  try {
    for (const { id } of await world.call("workers.list")) {
      await world.call("workers.drain", { id, drained: false });
      await world.call("workers.resume", { id });
    }
    for (const id of world.experiments) await world.call("experiments.resume", { id });
    return true;
  } catch {
    return false;
  }
}

async function openWatcher(world: World, watchers: Watcher[]): Promise<void> {
  if (watchers.length >= maxWatchers) return;
  const runs = await listRuns(world);
  const unwatched = runs.filter(({ id, status }) => status !== "finished" && watchers.every(({ runId }) => runId !== id));
  const run = unwatched.at(-1);
  if (run) watchers.push(await Watcher.open(world, run.experimentId, run.id));
}

/** An open page shows what is stored, each point once. */
async function checkWatchers(world: World, watchers: Watcher[], report: ChaosReport): Promise<void> {
  for (const watcher of watchers) {
    // Its link, or its run, may be younger than the backup.
    if (world.deleted.has(watcher.runId) || watcher.openedAt < world.restoredAt) continue;
    const read = () => world.call("runs.series", { id: watcher.runId, keys: ["train/loss"], maxPoints: 5_000 });
    const [series] = await read();
    const wanted = JSON.stringify(series?.steps ?? []);
    try {
      await world.until("a page is up to date", async () => JSON.stringify(watcher.steps) === wanted, 60_000);
    } catch {
      const { steps } = watcher;
      report.violations.push(
        `the page of run ${watcher.runId} (${watcher.isConnected ? "connected" : "cut off"}) shows ${steps.length} points to step ${steps.at(-1)}; stored are ${series?.steps.length} to step ${series?.steps.at(-1)}`,
      );
    }
  }
}

/** Each study of real runs once more, undisturbed. @returns their runs' ids */
async function launchReferences(world: World): Promise<Set<string>> {
  const before = new Set(world.experiments);
  for (const [index, { name }] of studyKinds.entries())
    if (!name.startsWith(scriptedName)) await launch(world, (index + 0.5) / studyKinds.length);
  await world.until("the undisturbed runs have ended", async () => (await listRuns(world)).every((run) => !isOpen(run)), 180_000);
  return new Set((await listRuns(world)).filter((run) => !before.has(run.experimentId)).map(({ id }) => id));
}

/** Slots are free, and nothing is held that is not needed. */
async function checkIdle(world: World, openAtStart: number, report: ChaosReport): Promise<void> {
  let workers: WorkerView[] = [];
  const missing = () =>
    world.workers.filter(({ program }) => !workers.some(({ name, connected }) => name === program.name && connected));
  const allThere = async () => {
    workers = await world.call("workers.list").catch(() => []);
    return missing().length === 0;
  };
  await world.until("all workers are connected", allThere, 60_000).catch(() => {
    report.violations.push(
      `not connected: ${missing()
        .map(({ program }) => program.name)
        .join(", ")}`,
    );
  });
  const busy = workers.filter(({ runs }) => runs.length > 0);
  if (busy.length > 0)
    report.violations.push(`slots are held: ${busy.map(({ name, runs }) => `${name} ${runs.length}`).join(", ")}`);
  // The connections by which many studies were read at once are kept for some seconds.
  const few = async () => openSockets(world.server.pid!) <= openAtStart + moreSockets;
  await world.until("the server has few sockets", few, 60_000).catch(() => {
    const sockets = openSockets(world.server.pid!);
    report.violations.push(`the idle server has ${sockets} open sockets; it had ${openAtStart} at the start`);
  });
  if (report.maxMemory > maxServerMemory)
    report.violations.push(`the server took ${(report.maxMemory / 1e6).toFixed(0)} MB of memory`);
}

/** Reads the database after all programs have ended, as nobody else would. */
async function readAll(world: World): Promise<Map<string, StoredRun>> {
  if (world.postgres) {
    world.postgres.program.start();
    await sleep(2_000);
  }
  const fail = (error: Error) => {
    throw error;
  };
  const database = await openDatabase({ dataDir: world.dataDir, url: world.databaseUrl }, fail);
  try {
    return await readStored(database);
  } finally {
    await database.close();
    await world.postgres?.program.down("SIGINT");
  }
}
