import { architectureLabel } from "../config/architecture.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { datasetSizes } from "../data/datasetSizes.ts";
import { everyText, measuredEvery, measuringBudget, metricCosts } from "../metrics/measuringBudget.ts";
import { metricInfo } from "../metrics/metricInfo.ts";
import type { LaunchFindings, LaunchKnowledge } from "./finding.ts";
import { measuredShape } from "./measuredShape.ts";

/** Measures that the budget leaves to every nth measurement: of the run that has them least often. */
export function budgetFindings(shapes: readonly RunConfig[], { countOwn }: LaunchKnowledge, found: LaunchFindings): void {
  const runs = shapes.map((run) => {
    const shape = measuredShape(run, datasetSizes(run.dataset, countOwn));
    return { run, shape, every: measuredEvery("second pass", shape) };
  });
  const { run, shape, every } = runs.reduce((a, b) => (b.every > a.every ? b : a));
  if (every === 1) return;
  const named = Object.values(metricInfo).filter(({ cost, more }) => cost === "second pass" && !more);
  const operations = metricCosts["second pass"](shape).toExponential(1);
  found.warnings.push({
    path: ["measuring"],
    message: `${named.map(({ label }) => label).join(" and ")} compare each sample with each of ${shape.classes.toLocaleString("en")} class means, ${operations} operations for ${architectureLabel(run.architecture, run)} of depth ${run.depth} and width ${run.width}: above the ${measuringBudget.operations.toExponential(0)} of a measurement, so that such runs have them at ${everyText(every)}, counted back from the last. For more of them choose fewer samples per class, or a smaller depth or width.`,
  });
}
