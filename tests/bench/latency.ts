/**
 * How long a measurement takes from the training process to a page, and a launch to its first point: the real server, the real
 * worker, and watchers on real sockets. `npm run bench:latency [-- --watchers 100 --runs 2]`
 */
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { io, type Socket } from "socket.io-client";
import {
  type PageToServer,
  type ServerToPage,
  type WatchAnswer,
  type WatchItem,
  watchNamespace,
} from "../../contract/watchProtocol.ts";
import { ServerProcess } from "../integration/worker/scaffold/serverProcess.ts";
import { connect, smallStudy } from "../integration/worker/scaffold/study.ts";
import { makeFolder, realWorker, removeFolder, until, WorkerProcess } from "../integration/worker/scaffold/workerProcess.ts";

const { values: flags } = parseArgs({
  options: {
    watchers: { type: "string", default: "1" },
    runs: { type: "string", default: "1" },
    launches: { type: "string", default: "5" },
  },
});
const [watcherCount, runCount, launches] = [flags.watchers, flags.runs, flags.launches].map(Number);
type Points = Extract<WatchItem, { kind: "points" }>;
type Watcher = Socket<ServerToPage, PageToServer>;

const folder = makeFolder();
const server = await ServerProcess.start();
const api = connect(server.url);
const { token } = await api.workers.createToken.mutate({ name: "bench" });
const worker = new WorkerProcess(realWorker, folder, server.url, token, ["--slots", String(runCount)]);
const watchers: Watcher[] = [];
try {
  await until("the worker is connected", () => worker.output.includes("Connected to"), 30_000);
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}`;
  console.log(`${machine}; node ${process.versions.node}; ${runCount} run(s) at once, ${watcherCount} watcher(s)`);
  await firstPoints();
  await streamed();
} finally {
  for (const watcher of watchers) watcher.disconnect();
  await worker.stop();
  await server.stop();
  removeFolder(folder);
}

/** From the click to the first point, with an idle worker whose process is warm. */
async function firstPoints(): Promise<void> {
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
  console.log(`launch → first point: ${quantiles(toPoint)}`);
}

async function hasPoints(id: string): Promise<boolean> {
  return (await api.experiments.series.query({ id, keys: ["train/loss"] })).some(({ total }) => total > 0);
}

/** Every measurement of runs that measure as often as they can, as each watcher gets it. */
async function streamed(): Promise<void> {
  const config = smallStudy({
    depths: [5],
    steps: 3_000,
    measuring: { name: "every", steps: 1 },
    seeds: Array.from({ length: runCount }, (_, seed) => seed),
  });
  await sleep(4_000);
  const { id } = await api.experiments.launch.mutate({ name: "stream", config });
  const delays: number[] = [];
  let numbers = 0;
  let first = 0;
  let last = 0;
  const counted = await watch(id, watcherCount);
  for (const [index, watcher] of counted.entries())
    watcher.on("batch", ({ items }) => {
      const now = Date.now();
      for (const item of items.filter((each): each is Points => each.kind === "points")) {
        delays.push(now - item.measuredAt);
        if (index > 0) continue;
        numbers += Object.keys(item.values).length;
        first ||= now;
        last = now;
      }
    });
  await until("the study has finished", async () => (await api.experiments.get.query({ id })).status === "finished", 300_000);
  await sleep(500);
  const seconds = (last - first) / 1000;
  console.log(`measured → received: ${quantiles(delays)} over ${delays.length.toLocaleString("en")} deliveries`);
  console.log(`streamed: ${Math.round(numbers / seconds).toLocaleString("en")} points/s in ${seconds.toFixed(1)} s`);
}

async function watch(id: string, count: number): Promise<Watcher[]> {
  const made = await Promise.all(
    Array.from({ length: count }, async () => {
      const watcher: Watcher = io(server.url + watchNamespace, { transports: ["websocket"], forceNew: true });
      watchers.push(watcher);
      const answer: WatchAnswer = await watcher.timeout(10_000).emitWithAck("watch", { room: "experiment", id });
      if (!answer.ok) throw new Error(answer.message);
      return watcher;
    }),
  );
  return made;
}

function quantiles(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms (n = ${sorted.length.toLocaleString("en")})`;
}
