import { type ExperimentConfig, lossesOf } from "../config/experimentConfig.ts";
import { coupledShare } from "../config/optimizerConfig.ts";
import { optimumSilence } from "../config/optimumSilence.ts";
import type { LaunchFindings } from "./finding.ts";
import type { ValidParts } from "./validParts.ts";

/** Networks, objectives and optimizers whose runs have no L*, and with it no gap and no distance to it; each reason once. */
export function optimumFindings({ headBias }: ExperimentConfig, parts: ValidParts, found: LaunchFindings): void {
  const { architectures, regularizers, optimizers } = parts;
  const losses = lossesOf(parts);
  const said = new Set<string>();
  for (const { value: arch, at } of architectures)
    for (const { value } of regularizers)
      for (const loss of losses) {
        const { name: architecture, normalization, activation } = arch;
        const reason = optimumSilence({ architecture, normalization, activation, regularizer: value, headBias, ...loss });
        if (reason === null || said.has(reason)) continue;
        said.add(reason);
        found.warnings.push({ path: ["architectures", at], message: `${reason} Such runs have no gap and no distance to it.` });
      }
  const split = optimizers.filter(({ value }) => coupledShare(value) < 1);
  const [first] = split;
  if (first === undefined || !regularizers.some(({ value }) => value.family !== "none" && value.family !== "adamw")) return;
  const others = split.length < optimizers.length ? " Those with a share of 1 have all of it." : "";
  found.warnings.push({
    path: ["optimizers", first.at],
    message: `With a coupled share below 1 some of the decay is part of no objective, and there is no optimum L*. Such runs have no gap and no distance to it.${others}`,
  });
}
