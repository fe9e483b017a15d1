import { afterTraining } from "../config/afterTraining.ts";
import { architectureName, hasFreeFeatures } from "../config/architecture.ts";
import type { ExperimentConfig } from "../config/experimentConfig.ts";
import { inputKind } from "../data/datasetConfig.ts";
import { datasetSizes } from "../data/datasetSizes.ts";
import { setProblems, titleOf } from "./dataFindings.ts";
import type { LaunchFindings, LaunchKnowledge } from "./finding.ts";
import type { ValidParts } from "./validParts.ts";

/** Attacks and probes that a run cannot have: a problem if none of the runs can, a warning if some can. */
export function afterTrainingFindings(
  config: ExperimentConfig,
  { datasets, architectures }: ValidParts,
  { countOwn, ownProblem }: LaunchKnowledge,
  found: LaunchFindings,
): void {
  const asked = afterTraining.safeParse(config.afterTraining);
  if (!asked.success || datasets.length === 0 || architectures.length === 0) return;
  const { robustness, transfer } = asked.data;
  const say = (name: "robustness" | "transfer", excluded: string[], isAll: boolean, what: string) => {
    if (excluded.length === 0) return;
    const who = [...new Set(excluded)].join(", ");
    (isAll ? found.problems : found.warnings).push({
      path: ["afterTraining", name],
      message: isAll
        ? `${what}, and this study trains only ${who}: leave it out, or add another network or data set.`
        : `${what}: runs of ${who} are left out of it.`,
    });
  };
  const free = architectures.filter(({ value }) => hasFreeFeatures(value.name)).map(({ value }) => architectureName(value.name));
  const texts = datasets
    .filter(({ value }) => ["text", "tokens"].includes(inputKind(value.id)))
    .map(({ value }) => titleOf(value));
  if (robustness)
    say(
      "robustness",
      [...free, ...texts],
      free.length === architectures.length || texts.length === datasets.length,
      "Free features, words and tokens have no inputs that an attack could move",
    );
  if (!transfer) return;
  say("transfer", free, free.length === architectures.length, "Free features carry nothing over to a second data set");
  const sizes = datasetSizes(transfer.dataset, countOwn);
  found.problems.push(...setProblems(transfer.dataset, sizes, ownProblem, ["afterTraining", "transfer", "dataset"]));
}
