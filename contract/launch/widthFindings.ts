import type { ExperimentConfig } from "../config/experimentConfig.ts";
import { coupledShare, optimizerConfig, optimizerEntry } from "../config/optimizerConfig.ts";
import { optimumSilence } from "../config/optimumSilence.ts";
import { regularizer, regularizerLabel } from "../config/regularizer.ts";
import { loss } from "../config/runConfig.ts";
import { titleOf } from "./dataFindings.ts";
import type { LaunchFindings } from "./finding.ts";
import { neededWidth } from "./neededWidth.ts";
import { type ValidParts, validEntries } from "./validParts.ts";

/** Whether no run has an optimum at any width, since every optimizer decouples some of the decay. */
function allDecoupled({ training, optimizers }: ExperimentConfig): boolean {
  const used = optimizers
    ? validEntries(optimizerEntry, optimizers).map(({ value }) => value)
    : validEntries(optimizerConfig, [training?.optimizer]).map(({ value }) => value);
  return used.length > 0 && used.every((one) => coupledShare(one) < 1);
}

/** Widths at which the classes do not fit into the features as the optimum has them. */
export function widthFindings(
  config: ExperimentConfig,
  { datasets, widths, architectures }: ValidParts,
  found: LaunchFindings,
): void {
  if (allDecoupled(config)) return;
  // Networks need the same width, deep free features where their optimum is known.
  const deep = architectures
    .filter(({ value }) => value.name === "dufm")
    .map(({ value: { name, activation } }) => ({ architecture: name, activation }));
  const networks = deep.length === architectures.length ? deep : [{}];
  const objectives = validEntries(loss, config.losses).flatMap(({ value: one }) =>
    validEntries(regularizer, config.regularizers).flatMap(({ value }) =>
      networks.slice(0, 1).map((network) => ({ ...network, loss: one, regularizer: value, headBias: config.headBias })),
    ),
  );
  for (const { value: dataset, sizes } of datasets)
    for (const objective of objectives) {
      // Elsewhere there is none at any width (optimumFindings.ts).
      if (!architectures.some(({ value }) => optimumSilence({ architecture: value.name, ...objective }) === null)) continue;
      const needed = neededWidth(objective, sizes.asked.train);
      const small = widths.filter((d) => needed !== null && d < needed);
      if (small.length === 0) continue;
      const about = `${objective.loss === "ce" ? "cross entropy" : "squared error"}, ${regularizerLabel(objective.regularizer)}`;
      found.warnings.push({
        path: ["widths"],
        message: `At width ${small.join(", ")} the ${sizes.classes} classes of ${titleOf(dataset)} have no known optimum (${about}): such runs have no gap to L*. It needs a width of at least ${needed}.`,
      });
    }
}
