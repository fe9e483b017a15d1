import { isFixed } from "../config/classifier.ts";
import { type ExperimentConfig, lossesOf } from "../config/experimentConfig.ts";
import { lossText } from "../config/loss.ts";
import { coupledShare } from "../config/optimizerConfig.ts";
import { optimumSilence } from "../config/optimumSilence.ts";
import { regularizerLabel } from "../config/regularizer.ts";
import { titleOf } from "./dataFindings.ts";
import type { LaunchFindings } from "./finding.ts";
import { neededWidth } from "./neededWidth.ts";
import type { ValidParts } from "./validParts.ts";

/** Widths at which the classes do not fit into the features as the optimum has them. */
export function widthFindings({ headBias }: ExperimentConfig, parts: ValidParts, found: LaunchFindings): void {
  const { datasets, widths, architectures, regularizers, optimizers } = parts;
  const losses = lossesOf(parts);
  fixedSimplexFindings(losses.some(isFixed), parts, found);
  // Where every optimizer decouples some of the decay no run has an optimum at any width.
  if (optimizers.length > 0 && optimizers.every(({ value }) => coupledShare(value) < 1)) return;
  // Networks need the same width, deep free features where their optimum is known.
  const deep = architectures
    .filter(({ value }) => value.name === "dufm")
    .map(({ value: { name, activation } }) => ({ architecture: name, activation }));
  const networks = deep.length === architectures.length ? deep : [{}];
  const objectives = losses.flatMap((one) =>
    regularizers.flatMap(({ value }) =>
      networks.slice(0, 1).map((network) => ({ ...network, ...one, regularizer: value, headBias })),
    ),
  );
  for (const { value: dataset, sizes } of datasets)
    for (const objective of objectives) {
      // Elsewhere there is none at any width (optimumFindings.ts).
      const isSilent = ({ value: { name, normalization, activation } }: (typeof architectures)[number]) =>
        optimumSilence({ ...objective, architecture: name, normalization, activation }) !== null;
      if (architectures.every(isSilent)) continue;
      const needed = neededWidth(objective, sizes.asked.train);
      const small = widths.filter((d) => needed !== null && d < needed);
      if (small.length === 0) continue;
      const about = `${lossText(objective)}, ${regularizerLabel(objective.regularizer)}`;
      found.warnings.push({
        path: ["widths"],
        message: `At width ${small.join(", ")} the ${sizes.classes} classes of ${titleOf(dataset)} have no known optimum (${about}): such runs have no gap to L*. It needs a width of at least ${needed}.`,
      });
    }
}

/** Widths into which a fixed simplex does not fit: such runs cannot begin. */
function fixedSimplexFindings(
  isUsed: boolean,
  { datasets, widths }: Pick<ValidParts, "datasets" | "widths">,
  found: LaunchFindings,
): void {
  if (!isUsed) return;
  for (const { value: dataset, sizes } of datasets) {
    const small = widths.filter((d) => d < sizes.classes - 1);
    if (small.length === 0) continue;
    found.problems.push({
      path: ["widths"],
      message: `At width ${small.join(", ")} a fixed simplex of the ${sizes.classes} classes of ${titleOf(dataset)} has no room: choose at least ${sizes.classes - 1}, or a classifier that is trained.`,
    });
  }
}
