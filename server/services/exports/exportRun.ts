import { configCells } from "../../../contract/config/configColumns.ts";
import { runConfig } from "../../../contract/config/runConfig.ts";
import { csvHead, csvLine } from "../../../contract/csv.ts";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { describeGaps } from "../../../contract/metrics/measurementGaps.ts";
import { listSeriesKeys, readSeries } from "../../../db/queries/series.ts";
import type { Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { asRead } from "../reading/asRead.ts";
import { requireReadableRun } from "../reading/requireReadableRun.ts";
import { listReadableAttempts } from "../runs/listReadableAttempts.ts";
import { csvFacts, dataFact, metricFacts, trainedFacts } from "./csvFacts.ts";
import { evaluationValues } from "./evaluationValues.ts";
import { reportedFact } from "./exportExternal.ts";
import type { Export } from "./exportedRun.ts";

/**
 * All points of all series of a run, one a line; then what was found after training, at its last step. Above it, unless it is not
 * wanted, lines of comment that say what it is, with every field of the run's config.
 */
export async function exportRun(context: ServiceContext, reader: Reader, id: string, withHead = true): Promise<Export> {
  const { orm } = context.database;
  const { run: stored, experimentName } = await requireReadableRun(context, reader, id);
  const run = await asRead(context, reader, stored);
  async function* pieces() {
    const keys = await listSeriesKeys(orm, id);
    if (withHead) {
      const facts = csvFacts(context, "Collapsar run, one row per point of a series", {
        id: run.experimentId,
        name: experimentName,
      });
      facts.push(["run", `${run.ordinal + 1} (${id}), ${run.status} at step ${run.step} of ${run.totalSteps}`]);
      if (run.gaps) facts.push(["incomplete", describeGaps(run.gaps)]);
      if (isExternal(run)) facts.push(["source", reportedFact(run)], ["layers", (run.config.layers ?? []).join(", ")]);
      else facts.push(["data", dataFact(run)]);
      for (const [name, value] of Object.entries(isExternal(run) ? run.config.values : configCells(runConfig.parse(run.config))))
        facts.push([`config ${name}`, String(value)]);
      const started = (await listReadableAttempts(context, reader, id)).findLast((attempt) => attempt.started !== null)?.started;
      if (started) facts.push(...trainedFacts(started));
      if (run.optimum?.loss != null) facts.push(["optimum L*", String(run.optimum.loss)]);
      for (const line of csvHead([...facts, ...metricFacts(keys)])) yield `${line}\r\n`;
    }
    yield `${csvLine(["series", "step", "value"])}\r\n`;
    for (const key of keys)
      for (const { key: name, steps, values } of await readSeries(orm, [id], [key]))
        for (let from = 0; from < steps.length; from += linesPerPiece) {
          const until = Math.min(steps.length, from + linesPerPiece);
          let piece = "";
          for (let i = from; i < until; i++) piece += `${csvLine([name, steps[i], values[i]])}\r\n`;
          yield piece;
        }
    for (const [key, value] of Object.entries(evaluationValues(run.evaluation))) yield `${csvLine([key, run.step, value])}\r\n`;
  }
  return { name: `${experimentName} run ${run.ordinal + 1}`, pieces: pieces() };
}

const linesPerPiece = 1_000;
