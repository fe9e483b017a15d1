import { architectureName, hasFreeFeatures } from "../config/architecture.ts";
import type { ExperimentConfig } from "../config/experimentConfig.ts";
import { necoRank, otherSetConfig, readOfOther } from "../config/otherSet.ts";
import { datasetSizes } from "../data/datasetSizes.ts";
import { setProblems, titleOf } from "./dataFindings.ts";
import type { LaunchFindings, LaunchKnowledge } from "./finding.ts";
import type { ValidParts } from "./validParts.ts";

/** A second set that some networks cannot look at, that is the first one, or that is too small; a rank that leaves no NECO. */
export function otherSetFindings(
  config: ExperimentConfig,
  { datasets, architectures, widths }: ValidParts,
  { countOwn, ownProblem }: LaunchKnowledge,
  found: LaunchFindings,
): void {
  const asked = otherSetConfig.safeParse(config.other);
  if (!asked.success) return;
  const path = ["other", "dataset"];
  const { samples } = asked.data;
  const second = readOfOther(asked.data);
  const sizes = datasetSizes(second, countOwn);
  found.problems.push(...setProblems(second, sizes, ownProblem, path));
  if (sizes.known && sizes.test < samples)
    found.warnings.push({
      path: ["other", "samples"],
      message: `${titleOf(second)} has ${sizes.test.toLocaleString("en")} test samples as it is chosen here, fewer than the ${samples.toLocaleString("en")} asked for: all of them are looked at.`,
    });
  const free = architectures.filter(({ value }) => hasFreeFeatures(value.name)).map(({ value }) => architectureName(value.name));
  if (free.length > 0 && free.length === architectures.length)
    found.problems.push({
      path,
      message: `Free features are computed from no input, and this study trains only ${[...new Set(free)].join(", ")}: leave the second set out, or add another network.`,
    });
  else if (free.length > 0)
    found.warnings.push({
      path,
      message: `Free features are computed from no input: runs of ${[...new Set(free)].join(", ")} are not measured on the second set.`,
    });
  for (const { value, sizes: first } of datasets) {
    if (JSON.stringify(readOfOther({ dataset: value })) === JSON.stringify(second))
      found.warnings.push({
        path,
        message: `${titleOf(value)} is also what the networks are trained on: no score should tell it from itself.`,
      });
    const rank = necoRank(asked.data, first.classes);
    const narrow = widths.filter((width) => width <= rank);
    if (narrow.length > 0)
      found.warnings.push({
        path: ["other", "rank"],
        message: `NECO with r = ${rank} takes all directions of features of width ${narrow.join(", ")}, so that its score is 1 of every sample: it is left out there. Choose a smaller r, or a greater width.`,
      });
  }
}
