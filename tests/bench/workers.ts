/**
 * 200 ephemeral workers on one server, simulated over real sockets: each takes runs, sends points and heartbeats, leaves or vanishes, and
 * comes again under another identity: npm run bench:workers [-- WORKERS [embedded|external]]
 */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import type { Lease } from "../../contract/wire/workerProtocol.ts";
import { quantile } from "../../math/statistics/quantile.ts";
import { measured, numbered, started } from "../support/builders/events.ts";
import { grid, launch } from "../support/builders/studies.ts";
import { makeToken, RawWorker } from "../support/client/rawWorker.ts";
import { startPostgres } from "../support/processes/postgres.ts";
import { TestServer } from "../support/processes/server.ts";
import { until } from "../support/until.ts";
import { quantileText } from "./quantileText.ts";
import { SentPoints } from "./sentPoints.ts";

const count = Number(process.argv[2] ?? 200);
/** Runs a worker's place takes until it has seen enough. */
const seeds = 50;
const depths = [2, 3, 4, 5, 6, 7, 8, 9];
const steps = 10;
const stepMs = 2_000;
const seriesEach = 30;

const kinds = (["embedded", "external"] as const).filter((kind) => (process.argv[3] ?? kind) === kind);

for (const kind of kinds) {
  const postgres = kind === "external" ? await startPostgres() : null;
  const server = await TestServer.start({ databaseUrl: postgres?.url });
  try {
    await bench(kind, server);
  } finally {
    await server.stop();
    await postgres?.stop();
  }
}

async function bench(kind: string, server: TestServer): Promise<void> {
  const token = await makeToken(server);
  const ledger = new SentPoints();
  const queued: number[] = [];
  const listMs: number[] = [];
  const beats: number[] = [];
  const identities = new Set<string>();
  const queuedAt = new Map<string, number>();
  let isOver = false;

  const cuts: string[] = [];

  const admit = async (): Promise<RawWorker> => {
    for (;;)
      try {
        const worker = await RawWorker.connect(server, { token, ephemeral: true, minutesLeft: 60, name: "ephemeral" });
        identities.add(worker.id);
        return worker;
      } catch (error) {
        cuts.push(`admitting: ${(error as Error).message}`);
      }
  };
  /** @returns whether the worker is still there */
  const train = async (worker: RawWorker): Promise<boolean> => {
    const run = await worker.nextAssignment(undefined, 2_000).catch(() => null);
    if (run === null) return true;
    const since = queuedAt.get(run.runId);
    if (since !== undefined) queued.push(performance.now() - since);
    queuedAt.delete(run.runId);
    const from = run.measuredThrough ?? 0;
    const end = run.attempt === 1 && Math.random() < 0.4 ? Math.floor(1 + Math.random() * (steps - 1)) : steps;
    await worker.events(run, numbered([started(from, steps)]));
    ledger.begin(run, from);
    let seq = 2;
    for (let step = from === 0 ? 0 : from + 1; step <= end; step++) {
      await pause(stepMs * (0.5 + Math.random()));
      const values = valuesAt(run.attempt, step);
      ledger.sent(run, step, values["train/loss"]);
      const answer = await worker.events(run, numbered([measured(step, values)], seq++)).catch(() => null);
      if (answer?.ok) ledger.acked(run, step);
    }
    if (end === steps) {
      await worker.events(run, numbered([{ kind: "finished", step: steps, elapsedMs: 1 }], seq));
      forget(worker, run);
      return true;
    }
    if (Math.random() < 0.5) {
      worker.socket.emit("leaving");
      queuedAt.set(run.runId, performance.now());
      await worker.events(
        run,
        numbered(
          [{ kind: "ended", code: "WORKER_LOST", message: "worker stopped", excused: true, stop: "time", step: end }],
          seq,
        ),
      );
    }
    worker.close();
    return false;
  };
  const live = async (first: RawWorker) => {
    const stays = (worker: RawWorker) =>
      train(worker).catch((error: Error) => {
        cuts.push(error.message);
        worker.close();
        return false;
      });
    for (let worker = first; !isOver; ) if (!(await stays(worker)) && !isOver) worker = await admit();
  };

  const began = performance.now();
  const workers = await Promise.all(Array.from({ length: count }, admit));
  const admittedMs = performance.now() - began;

  const config = grid({ seeds: Array.from({ length: seeds }, (_, seed) => seed), depths });
  const launchedAt = performance.now();
  const { id, runs } = await launch(server, config);
  for (const run of runs) queuedAt.set(run.id, launchedAt);
  const lives = workers.map((worker) => live(worker));
  const watching = (async () => {
    const probe = await RawWorker.connect(server, { token, name: "probe", minutesLeft: 0 });
    while (!isOver) {
      await timed(listMs, () => server.call("workers.list")).catch((error: Error) => cuts.push(`the list: ${error.message}`));
      await timed(beats, () => probe.heartbeat([])).catch((error: Error) => cuts.push(`probe: ${error.message}`));
      await pause(200);
    }
    probe.close();
  })();
  await until(
    "all runs have finished",
    async () => (await server.call("experiments.get", { id })).counts.finished === runs.length,
    900_000,
  );
  const lastedS = (performance.now() - launchedAt) / 1_000;
  isOver = true;
  await Promise.all([...lives, watching]);
  const { lost, doubled, foreign, points } = await ledger.compare(server, runs);
  const listed = await server.call("workers.list");
  console.log(
    [
      `${kind} database, ${availableParallelism()} cores of ${cpus()[0]?.model}, ${(totalmem() / 1e9).toFixed(0)} GB, load ${loadavg()[0].toFixed(1)}`,
      `  ${count} workers admitted in ${(admittedMs / 1_000).toFixed(1)} s; ${identities.size} identities in all, ${listed.length} listed`,
      `  ${runs.length} runs in ${lastedS.toFixed(0)} s (bound by their steps: ${((runs.length / count) * steps * stepMs) / 1_000} s)`,
      `  queue to worker, with a free slot or not: ${quantileText(queued)}; of the first ${count}: ${quantileText(queued.slice(0, count))}`,
      `  ledger: lost ${lost}, doubled ${doubled}, foreign ${foreign} of ${points.toLocaleString("en")} points`,
      `  connections and calls that the server cut: ${cuts.length}${cuts.length > 0 ? ` (${[...new Set(cuts)].join("; ").slice(0, 300)})` : ""}`,
      `  server: ${residentMb(server.pid)} MB resident; answer to a heartbeat p99 ${Math.round(quantile(beats, 0.99))} ms; loop delay p99 ${await loopDelay(server)}`,
      `  the Workers page's call: ${quantileText(listMs)}`,
    ].join("\n"),
  );
}

/** As its own metrics say, since they were last asked for. */
async function loopDelay(server: TestServer): Promise<string> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const [, seconds] = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text) ?? [];
  return seconds === undefined ? "unknown" : `${Math.round(Number(seconds) * 1_000)} ms`;
}

function forget(worker: RawWorker, run: Lease): void {
  worker.held = worker.held.filter(({ runId }) => runId !== run.runId);
}

async function timed(into: number[], act: () => Promise<unknown>): Promise<void> {
  const before = performance.now();
  await act();
  into.push(performance.now() - before);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The loss says whose point it is. */
function valuesAt(attempt: number, step: number): Record<string, number> {
  const layers = Array.from({ length: seriesEach - 1 }, (_, layer) => [`train/nc1.ratio@${layer + 1}`, 1 / (step + layer + 1)]);
  return { "train/loss": attempt + step / 1_000, ...Object.fromEntries(layers) };
}

function residentMb(pid: number): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kb) / 1_000);
}
