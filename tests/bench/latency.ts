/**
 * How long a measurement takes from the run's process to a page, and a launch to its first point: the real server, the real
 * worker, watchers on real sockets. First runs that train; then runs that only measure, at a given pace.
 * Beyond the first ten, watchers parse nothing: they stand for other machines, each of which parses for itself.
 * `npm run bench:latency [-- --watchers 100 --parsing 10 --rate 2000 --runs 2 --seconds 20]`
 */
import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { io, type Socket } from "socket.io-client";
import {
  type PageToServer,
  type ServerToPage,
  type WatchAnswer,
  type WatchItem,
  watchNamespace,
} from "../../contract/wire/watchProtocol.ts";
import { connect, smallStudy } from "../support/builders/study.ts";
import { ServerProcess } from "../support/processes/serverProcess.ts";
import { makeFolder, realWorker, removeFolder, WorkerProcess } from "../support/processes/workerProcess.ts";
import { until } from "../support/until.ts";
import { quantileText } from "./quantileText.ts";
import { QuietWatcher } from "./quietWatcher.ts";

const { values: flags } = parseArgs({
  options: {
    watchers: { type: "string", default: "100" },
    /** Watchers that parse their messages, as a page does. */
    parsing: { type: "string", default: "10" },
    /** Points a second, all runs together. */
    rate: { type: "string", default: "2000" },
    runs: { type: "string", default: "2" },
    seconds: { type: "string", default: "20" },
    launches: { type: "string", default: "5" },
  },
});
const watcherCount = Number(flags.watchers);
const parsingCount = Math.min(watcherCount, Number(flags.parsing));
const rate = Number(flags.rate);
const runCount = Number(flags.runs);
type Points = Extract<WatchItem, { kind: "points" }>;
type Parsing = Socket<ServerToPage, PageToServer>;
const pacedWorker = new URL("./pacedWorker.ts", import.meta.url).pathname;

const server = await ServerProcess.start();
const api = connect(server.url);
const { token } = await api.workers.createToken.mutate({ name: "bench" });
const watchers: { disconnect(): unknown }[] = [];
try {
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}; node ${process.versions.node}`);
  await withWorker(realWorker, async () => {
    await firstPoints(Number(flags.launches));
    await stream("a training run measured at every step, 1 watcher", 1, "stream", {
      depths: [5],
      steps: 2_000,
      measuring: { name: "every", steps: 1 },
    });
  });
  await withWorker(pacedWorker, () =>
    stream(
      `${runCount} runs, ${rate} points/s, ${watcherCount} watchers, of which ${parsingCount} parse (load ${loadavg()[0].toFixed(1)})`,
      watcherCount,
      `${rate / runCount} for ${flags.seconds}`,
      {
        depths: [3],
        seeds: Array.from({ length: runCount }, (_, seed) => seed),
      },
    ),
  );
} finally {
  for (const watcher of watchers) watcher.disconnect();
  await server.stop();
}

async function withWorker(program: string, use: () => Promise<void>): Promise<void> {
  const folder = makeFolder();
  const worker = new WorkerProcess(program, folder, server.url, token, ["--slots", String(runCount)]);
  try {
    await until("the worker is connected", () => worker.output.includes("Connected to"), 60_000);
    await use();
  } finally {
    await worker.stop();
    removeFolder(folder);
  }
}

/** From the click to the first point, with an idle worker whose process is warm. */
async function firstPoints(launches: number): Promise<void> {
  const toPoint: number[] = [];
  for (let launch = 0; launch < launches; launch++) {
    await sleep(4_000); // the next process warms up
    const begun = performance.now();
    const { id } = await api.experiments.launch.mutate({ name: "first point", config: smallStudy({ depths: [3], steps: 10 }) });
    const [watcher] = await watch(id, 1);
    const seen = new Promise<void>((resolve) => {
      watcher.on("batch", ({ items }) => {
        if (items.some(({ kind }) => kind === "points")) resolve();
      });
    });
    // As a page does: what came before the room was joined is read.
    await Promise.race([seen, until("a point is stored", () => hasPoints(id), 30_000)]);
    toPoint.push(performance.now() - begun);
    watcher.disconnect();
  }
  console.log(`launch → first point: ${quantileText(toPoint)}`);
}

async function hasPoints(id: string): Promise<boolean> {
  return (await api.experiments.series.query({ id, keys: ["train/loss"] })).some(({ total }) => total > 0);
}

/** Every measurement, as each watcher gets it. */
async function stream(what: string, watching: number, name: string, study: Parameters<typeof smallStudy>[0]): Promise<void> {
  await sleep(4_000);
  const { id } = await api.experiments.launch.mutate({ name, config: smallStudy(study) });
  const delays: number[] = [];
  const at: number[] = [];
  let numbers = 0;
  const quiet = await watchQuietly(id, Math.max(0, watching - parsingCount));
  for (const [index, watcher] of (await watch(id, Math.min(watching, parsingCount))).entries())
    watcher.on("batch", ({ items }) => {
      const now = Date.now();
      for (const item of items.filter((each): each is Points => each.kind === "points")) {
        delays.push(now - item.measuredAt);
        if (index > 0) continue;
        numbers += Object.keys(item.values).length;
        at.push(now);
      }
    });
  await until("the study has finished", async () => (await api.experiments.get.query({ id })).status === "finished", 300_000);
  await sleep(500);
  for (const watcher of quiet) for (const delay of watcher.delays) delays.push(delay);
  const seconds = (at.at(-1)! - at[0]) / 1000;
  console.log(`${what}:`);
  console.log(`  measured → received: ${quantileText(delays)}`);
  console.log(`  ${Math.round(numbers / seconds).toLocaleString("en")} points/s arrived, ${seconds.toFixed(1)} s long`);
}

async function watchQuietly(id: string, count: number): Promise<QuietWatcher[]> {
  const made: QuietWatcher[] = [];
  for (let at = 0; at < count; at++) {
    const watcher = await QuietWatcher.join(server.url, { room: "experiment", id });
    watchers.push(watcher);
    made.push(watcher);
  }
  return made;
}

async function watch(id: string, count: number): Promise<Parsing[]> {
  const made = await Promise.all(
    Array.from({ length: count }, async () => {
      const watcher: Parsing = io(server.url + watchNamespace, { transports: ["websocket"], forceNew: true });
      watchers.push(watcher);
      const answer: WatchAnswer = await watcher.timeout(10_000).emitWithAck("watch", { room: "experiment", id });
      if (!answer.ok) throw new Error(answer.message);
      return watcher;
    }),
  );
  return made;
}
