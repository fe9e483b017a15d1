import { readSeries } from "../../db/queries/series.ts";
import type { ServiceContext } from "./context.ts";
import { csvLine } from "./csvLine.ts";
import { evaluationValues } from "./evaluationValues.ts";
import type { Reader } from "./reader.ts";
import { requireReadableRun } from "./requireReadableRun.ts";

/** All points of all series of a run, one a line; then what was found after training, at its last step. */
export async function exportRun(
  context: ServiceContext,
  reader: Reader,
  id: string,
): Promise<{ name: string; lines: Iterable<string> }> {
  const { run, experimentName } = await requireReadableRun(context, reader, id);
  const series = await readSeries(context.database.orm, [id], null);
  function* lines() {
    yield csvLine(["series", "step", "value"]);
    for (const { key, steps, values } of series) for (let i = 0; i < steps.length; i++) yield csvLine([key, steps[i], values[i]]);
    for (const [key, value] of Object.entries(evaluationValues(run.evaluation))) yield csvLine([key, run.step, value]);
  }
  return { name: `${experimentName} run ${run.ordinal + 1}`, lines: lines() };
}
