/**
 * What a second server on the same Postgres adds: points stored a second, and how long a measurement takes to a page, with one server
 * process and with several, side by side. Workers and watchers are spread over the servers in turn; watchers parse nothing. Beside each
 * figure stands the processor time of what took it: on a machine with few cores a second server may have none to run on.
 * `npm run bench:servers [-- --servers 1,2 --workers 4 --points 400000 --watchers 100 --rate 2000 --seconds 20]`
 */
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { layerMetrics } from "../../contract/metrics/metricInfo.ts";
import { finished, measured, numbered, started } from "../support/builders/events.ts";
import { getExperiment, grid, launch } from "../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../support/client/rawWorker.ts";
import { TestServer } from "../support/processes/server.ts";
import { makeFolder, removeFolder } from "../support/processes/workerProcess.ts";
import { cpuTime, memoryOf } from "./cpuTime.ts";
import { quantileText } from "./quantileText.ts";
import { QuietWatcher } from "./quietWatcher.ts";
import { type KeptPostgres, startKeptPostgres } from "./stored/keptPostgres.ts";

const { values: flags } = parseArgs({
  options: {
    servers: { type: "string", default: "1,2" },
    workers: { type: "string", default: "4" },
    /** Stored in the first part. */
    points: { type: "string", default: "400000" },
    watchers: { type: "string", default: "100" },
    /** Points a second in the second part. */
    rate: { type: "string", default: "2000" },
    seconds: { type: "string", default: "20" },
  },
});
const workerCount = Number(flags.workers);
const seriesEach = 200;
/** As many events as fit into an agent's batch. */
const batch = 60;

console.log(`${cpus().length} × ${cpus()[0]!.model.trim()}, node ${process.versions.node}`);
for (const count of flags.servers.split(",").map(Number)) await measureWith(count);

async function measureWith(count: number): Promise<void> {
  const folder = makeFolder();
  const rows = makeFolder();
  const postgres = await startKeptPostgres(rows);
  const servers: TestServer[] = [];
  try {
    for (let at = 0; at < count; at++)
      servers.push(
        await TestServer.start({
          dataDir: join(folder, `server-${at}`),
          databaseUrl: postgres.url,
          env: { COLLAPSAR_DATABASE_TIMEOUT_S: "120" },
        }),
      );
    console.log(`${count} ${count === 1 ? "server" : "servers"}:`);
    await ingest(servers, postgres);
    await watch(servers, postgres);
    await idle(servers, postgres);
    await lives(servers, postgres);
  } finally {
    for (const server of servers) await server.stop();
    await postgres.stop();
    removeFolder(rows);
    removeFolder(folder);
  }
}

function at<T>(list: T[], index: number): T {
  return list[index % list.length]!;
}

/** Workers that send as fast as they are answered. */
async function ingest(servers: TestServer[], postgres: KeptPostgres): Promise<void> {
  const { sources, leases, id } = await workersOn(servers);
  const perWorker = Math.ceil(Number(flags.points) / workerCount / seriesEach / batch) * batch;
  const spent = spending(servers, postgres);
  const from = performance.now();
  await Promise.all(
    sources.map(async (worker, index) => {
      await worker.events(leases[index]!, numbered([started(0, 1_000_000)]));
      for (let first = 2; first < 2 + perWorker; first += batch) {
        const events = Array.from({ length: batch }, (_, i) => measured(first + i, layersAt(first + i)));
        const answer = await worker.events(leases[index]!, numbered(events, first));
        if (!answer.ok) throw new Error(JSON.stringify(answer));
      }
    }),
  );
  const seconds = (performance.now() - from) / 1_000;
  const acknowledged = workerCount * perWorker * seriesEach;
  const used = spent();
  const { runs } = await getExperiment(servers[0]!, id);
  let stored = 0;
  for (const run of runs)
    for (const { total } of await servers[0]!.call("runs.series", { id: run.id, maxPoints: 3 })) stored += total;
  if (stored !== acknowledged) throw new Error(`${acknowledged} points were acknowledged, and ${stored} are stored`);
  console.log(
    `  ${Math.round(acknowledged / seconds).toLocaleString("en")} points/s, ${acknowledged.toLocaleString("en")} acknowledged and stored in ${seconds.toFixed(1)} s; ${used(seconds, acknowledged)}`,
  );
  await end(sources, leases, 2 + perWorker);
}

/** Measurements at a steady pace; each is seen by every watcher of its study, at whichever server. */
async function watch(servers: TestServer[], postgres: KeptPostgres): Promise<void> {
  const { sources, leases, id } = await workersOn(servers);
  for (const [index, worker] of sources.entries()) await worker.events(leases[index]!, numbered([started(0, 1_000_000)]));
  const before = servers.map(({ pid }) => memoryOf(pid).now);
  const watchers: QuietWatcher[] = [];
  for (let index = 0; index < Number(flags.watchers); index++)
    watchers.push(await QuietWatcher.join(at(servers, index).url, { room: "experiment", id }));
  const grown = servers.reduce((sum, { pid }, index) => sum + memoryOf(pid).now - before[index]!, 0);
  const keys = layerMetrics.flatMap((metric) => [1, 2, 3, 4, 5].map((layer) => `train/${metric}@${layer}`));
  const everyMs = (1_000 * workerCount * keys.length) / Number(flags.rate);
  const events = Math.round((1_000 * Number(flags.seconds)) / everyMs);
  const spent = spending(servers, postgres);
  const from = performance.now();
  await Promise.all(
    sources.map(async (worker, index) => {
      for (let step = 0; step < events; step++) {
        await sleep(Math.max(0, from + step * everyMs - performance.now()));
        const values = Object.fromEntries(keys.map((key) => [key, Math.random()]));
        const answer = await worker.events(leases[index]!, numbered([measured(step, values)], step + 2));
        if (!answer.ok) throw new Error(JSON.stringify(answer));
      }
    }),
  );
  await sleep(1_000);
  const seconds = (performance.now() - from) / 1_000;
  const points = workerCount * events * keys.length;
  const delays = watchers.flatMap((watcher) => watcher.delays);
  const expected = workerCount * events * watchers.length;
  console.log(
    `  ${Math.round(points / seconds).toLocaleString("en")} points/s at ${watchers.length} watchers (${Math.round(grown / 1e3 / watchers.length)} kB each): measured → received ${quantileText(delays)}, ${expected - delays.length} of ${expected} not received; ${spent()(seconds, points)}`,
  );
  for (const watcher of watchers) watcher.disconnect();
  await end(sources, leases, events + 2);
}

/** What workers cost that only say that they are alive, each with one run. */
async function idle(servers: TestServer[], postgres: KeptPostgres): Promise<void> {
  const { sources, leases } = await workersOn(servers);
  for (const [index, worker] of sources.entries()) await worker.events(leases[index]!, numbered([started(0, 1_000_000)]));
  const beats = 500;
  const quiet = 5_000;
  const background = spending(servers, postgres);
  await sleep(quiet);
  const [idleServers, idlePostgres] = background.read();
  const spent = spending(servers, postgres);
  const from = performance.now();
  for (let beat = 0; beat < beats; beat++) {
    const index = beat % sources.length;
    await sources[index]!.heartbeat([{ ...leases[index]!, step: beat }]);
  }
  const share = (performance.now() - from) / quiet;
  const [ofServers, ofPostgres] = spent.read();
  const each = (all: number, still: number) => Math.max(0, (all - share * still) / beats).toFixed(2);
  console.log(
    `  a heartbeat: ${each(ofServers, idleServers)} ms of a server's processor, ${each(ofPostgres, idlePostgres)} ms of Postgres'; at rest they take ${((100 * idleServers) / quiet).toFixed(1)} % and ${((100 * idlePostgres) / quiet).toFixed(1)} % of a core; load ${loadavg()[0]!.toFixed(1)}`,
  );
  await end(sources, leases, 2);
}

/** What a run costs beside its points: from its claim to its end, and the next one's arrival. */
async function lives(servers: TestServer[], postgres: KeptPostgres): Promise<void> {
  const each = 25;
  const { sources, leases } = await workersOn(servers, each * workerCount);
  const waits: number[] = [];
  const spent = spending(servers, postgres);
  await Promise.all(
    sources.map(async (worker, index) => {
      let lease = leases[index]!;
      for (let run = 1; run < each; run++) {
        await worker.events(lease, numbered([started(), finished()]));
        const from = performance.now();
        worker.held = [];
        lease = leaseOf(await worker.nextAssignment());
        waits.push(performance.now() - from);
      }
      leases[index] = lease;
    }),
  );
  const [ofServers, ofPostgres] = spent.read();
  console.log(
    `  a run without points: ${(ofServers / waits.length).toFixed(1)} ms of a server's processor, ${(ofPostgres / waits.length).toFixed(1)} ms of Postgres'; the next one arrives after ${quantileText(waits)}; load ${loadavg()[0]!.toFixed(1)}`,
  );
  await end(sources, leases, 1);
}

async function workersOn(servers: TestServer[], runs = workerCount) {
  const seeds = Array.from({ length: runs }, (_, seed) => seed);
  const { id } = await launch(
    servers[0]!,
    grid({ depths: runs > 64 ? [2, 3, 4, 5] : [2], seeds: seeds.slice(0, runs > 64 ? runs / 4 : runs) }),
  );
  const token = (await servers[0]!.call("workers.createToken", { name: "bench" })).token;
  const sources: RawWorker[] = [];
  for (let index = 0; index < workerCount; index++) sources.push(await RawWorker.connect(at(servers, index), { token }));
  const leases = await Promise.all(sources.map(async (worker) => leaseOf(await worker.nextAssignment())));
  return { id, sources, leases };
}

async function end(sources: RawWorker[], leases: Parameters<RawWorker["events"]>[0][], seq: number): Promise<void> {
  for (const [index, worker] of sources.entries()) {
    await worker.events(leases[index]!, numbered([finished(seq)], seq));
    worker.close();
  }
}

/** Processor time from now on: of the servers, of Postgres, of this process, which sends and watches. */
function spending(servers: TestServer[], postgres: KeptPostgres) {
  const now = () => [servers.reduce((sum, { pid }) => sum + cpuTime(pid), 0), cpuTime(postgres.pid), ownTime()] as const;
  const before = now();
  const read = () => now().map((ms, index) => ms - before[index]!) as [number, number, number];
  const stop = () => {
    const used = read();
    return (seconds: number, points: number) => {
      const shares = used.map((ms) => `${Math.round(ms / seconds / 10)} %`);
      const perMillion = used.map((ms) => ((1e3 * ms) / points).toFixed(1));
      return `servers ${shares[0]}, Postgres ${shares[1]}, sender ${shares[2]} of a core; µs a point ${perMillion.join(" + ")}; load ${loadavg()[0]!.toFixed(1)}`;
    };
  };
  return Object.assign(stop, { read });
}

function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function layersAt(step: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: seriesEach }, (_, layer) => [`train/nc1.ratio@${layer + 1}`, 1 / (step + layer + 1)]),
  );
}
