/** Points a second that the server stores and acknowledges, sent by several workers at once: node tests/bench/ingest.ts */

import { measured, numbered, started } from "../support/builders/events.ts";
import { grid, launch } from "../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../support/client/rawWorker.ts";
import { startPostgres } from "../support/processes/postgres.ts";
import { TestServer } from "../support/processes/server.ts";

const workers = 4;
const seriesEach = 200;
const eventsEach = 2_000;
/** As many as fit into the 500 kB of an agent's batch. */
const batch = 60;

for (const kind of ["embedded", "external"] as const) {
  const postgres = kind === "external" ? await startPostgres() : null;
  const began = performance.now();
  const server = await TestServer.start({ databaseUrl: postgres?.url });
  const startMs = performance.now() - began;
  await launch(server, grid({ seeds: Array.from({ length: workers }, (_, seed) => seed) }));
  const sources = await Promise.all(Array.from({ length: workers }, () => RawWorker.connect(server)));
  const leases = await Promise.all(sources.map(async (worker) => leaseOf(await worker.nextAssignment())));
  const waits: number[] = [];
  const from = performance.now();
  await Promise.all(
    sources.map(async (worker, index) => {
      await worker.events(leases[index], numbered([started(0, eventsEach)]));
      for (let first = 2; first < eventsEach; first += batch) {
        const events = Array.from({ length: Math.min(batch, eventsEach - first) }, (_, i) =>
          measured(first + i, valuesAt(first + i)),
        );
        const asked = performance.now();
        const answer = await worker.events(leases[index], numbered(events, first));
        if (!answer.ok) throw new Error(JSON.stringify(answer));
        waits.push(performance.now() - asked);
      }
    }),
  );
  const seconds = (performance.now() - from) / 1_000;
  const points = workers * (eventsEach - 2) * seriesEach;
  waits.sort((a, b) => a - b);
  console.log(
    `${kind}: start ${(startMs / 1_000).toFixed(1)} s; ${Math.round(points / seconds).toLocaleString("en")} points/s ` +
      `(${points.toLocaleString("en")} in ${seconds.toFixed(1)} s); a batch of ${batch * seriesEach} points: p95 ${waits[Math.floor(waits.length * 0.95)].toFixed(0)} ms`,
  );
  for (const worker of sources) worker.close();
  await server.stop();
  await postgres?.stop();
}

function valuesAt(step: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: seriesEach }, (_, layer) => [`train/nc1.ratio@${layer + 1}`, 1 / (step + layer + 1)]),
  );
}
