import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Failure } from "../../../../contract/failure.ts";
import type { CarriedOut } from "../../../../contract/wire/imports.ts";
import { measureRun } from "../../../imports/features/measureRun.ts";
import { type FeatureRun, inKeyOrder } from "../../../imports/features/readRuns.ts";
import type { Scratch } from "../../../imports/formats/scratch.ts";
import { uuidOf } from "../../external/uuidOf.ts";
import { type Report, reportMeasurements } from "../../features/reportMeasurements.ts";
import type { ImportWork } from "../importKind.ts";
import { studyName } from "./planFeatures.ts";
import { withFeatures } from "./withFeatures.ts";

/**
 * Measures everything first, then stores it: what cannot be measured makes nothing. The same measurements again are the same run.
 * @throws Failure INVALID with the first problem
 */
export const carryOutFeatures = (work: ImportWork): Promise<CarriedOut> =>
  withFeatures(work, async (read, scratch) => {
    const { runs, problems } = read;
    if (runs.length === 0) throw new Failure("INVALID", problems[0] ?? "There are no features.");
    const study = studyName(work, read);
    const measured = [];
    for (const run of runs) measured.push({ run, ...(await measureToDisk(run, scratch)) });
    let [experimentId, present] = ["", 0];
    for (const { run, path, sha256 } of measured) {
      const runKey = uuidOf(JSON.stringify([study, inKeyOrder(run.values), sha256]));
      const { context, person } = work;
      const about = { study: experimentId || study, runKey, values: run.values, classNames: run.classNames };
      const stored = await reportMeasurements(context, person, about, readReports(path), true);
      experimentId = stored.experimentId;
      if (stored.wasThere) present++;
    }
    return {
      experimentId,
      name: study,
      url: `${work.context.publicUrl}/e/${experimentId}`,
      made: runs.length - present,
      present,
    };
  });

/** All measurements of a run in a file: one a line. */
async function measureToDisk(run: FeatureRun, scratch: Scratch): Promise<{ path: string; sha256: string }> {
  const path = await scratch.newPath();
  const hash = createHash("sha256");
  const file = await open(path, "wx", 0o600);
  try {
    let notes = run.notes;
    for await (const { event, warnings } of measureRun(run.sets, null)) {
      const line = `${JSON.stringify({ event, warnings: [...notes, ...warnings] } satisfies Report)}\n`;
      notes = [];
      hash.update(line);
      await scratch.reserve(line.length, run.name);
      await file.write(line);
    }
  } finally {
    await file.close();
  }
  return { path, sha256: hash.digest("hex") };
}

async function* readReports(path: string): AsyncGenerator<Report> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
    yield JSON.parse(line) as Report;
}
