/** Server time of the first page with 100,000 runs stored, and of a result page of 210 runs: node tests/bench/lists.ts [embedded|external] */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noCounts } from "../../contract/status.ts";
import { listExperimentsRequest } from "../../contract/wire/requests.ts";
import { openDatabase } from "../../db/openDatabase.ts";
import { insertExperiment, recountExperiment } from "../../db/queries/experiments.ts";
import { insertRuns, listRuns } from "../../db/queries/runs.ts";
import { appendMeasurements } from "../../db/queries/series.ts";
import { readerOf, singleUser } from "../../server/access/person.ts";
import { AnswerAllowance } from "../../server/context/answerAllowance.ts";
import type { ServiceContext } from "../../server/context/serviceContext.ts";
import { getExperiment } from "../../server/services/experiments/getExperiment.ts";
import { listExperiments } from "../../server/services/experiments/listExperiments.ts";
import { makeRuns } from "../../server/services/experiments/makeRuns.ts";
import { readExperimentSeries } from "../../server/services/series/readExperimentSeries.ts";
import { grid } from "../support/builders/studies.ts";
import { startPostgres } from "../support/processes/postgres.ts";

const experiments = 500;
const kinds = process.argv[2] ? [process.argv[2]] : ["embedded", "external"];
const range = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index);

for (const kind of kinds) {
  const postgres = kind === "external" ? await startPostgres() : null;
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-bench-"));
  const database = await openDatabase({ dataDir, url: postgres?.url ?? null }, console.error);
  const { orm } = database;
  const config = grid({ depths: range(20, 2), seeds: range(10, 0) });
  for (let i = 0; i < experiments; i++)
    await database.transaction(async (tx) => {
      const id = randomUUID();
      await insertExperiment(tx, { id, name: `study ${i}`, note: "", tags: [`tag ${i % 7}`], config, counts: noCounts });
      await insertRuns(tx, makeRuns(id, config));
      await recountExperiment(tx, id, false);
    });
  // One study as it looks when it is done: 210 runs, all layers' metrics, 40 measurements.
  const great = randomUUID();
  const greatConfig = grid({ depths: range(21, 2), seeds: range(10, 0) });
  await insertExperiment(orm, { id: great, name: "great", note: "", tags: [], config: greatConfig, counts: noCounts });
  const rows = makeRuns(great, greatConfig);
  await insertRuns(
    orm,
    rows.map((row) => ({ ...row, status: "finished" as const, last: valuesAt(row.config.depth, 1_500) })),
  );
  for (const row of rows)
    await appendMeasurements(
      orm,
      row.id,
      1,
      range(40, 0).map((index) => ({ seq: index + 1, step: index * 40, values: valuesAt(row.config.depth, index) })),
    );
  await recountExperiment(orm, great, false);

  const context = { database, dispatch: { slots: () => 2 } } as unknown as ServiceContext;
  for (const sort of ["updated", "nc1", "progress", "name"] as const)
    await time(`${kind}: first page by ${sort}`, () => listExperiments(context, listExperimentsRequest.parse({ sort })));
  await time(`${kind}: first page, searched`, () =>
    listExperiments(context, listExperimentsRequest.parse({ search: "study 4" })),
  );
  await time(`${kind}: result page, ${(await listRuns(orm, great)).length} runs`, () =>
    getExperiment(context, readerOf(singleUser), great),
  );
  const keys = ["train/loss", ...range(21, 2).map((depth) => `train/nc1.ratio@${depth}`)];
  await time(`${kind}: its ${keys.length} series`, () =>
    readExperimentSeries(context, readerOf(singleUser), { id: great, keys, maxPoints: 500 }, new AnswerAllowance()),
  );
  await database.close();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function time(what: string, work: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < 7; i++) {
    const began = performance.now();
    const text = JSON.stringify(await work());
    times.push(performance.now() - began);
    bytes = text.length;
  }
  times.sort((a, b) => a - b);
  console.log(`${what}: median ${times[3].toFixed(0)} ms, worst ${times[6].toFixed(0)} ms, ${(bytes / 1_000).toFixed(0)} kB`);
}

function valuesAt(depth: number, step: number): Record<string, number> {
  const metrics = ["nc1.ratio", "nc1.pinv", "nc1.cdnv", "nc2.frame", "nc2.norms", "nc2.angles", "nc2.etf", "nc4.ncc"];
  const layers = metrics.flatMap((metric) => range(depth, 1).map((layer) => [`train/${metric}@${layer}`, 1 / (step + layer)]));
  return Object.fromEntries([...layers, ["train/loss", 1 / (step + 1)], ["train/stepMs", 3]]);
}
