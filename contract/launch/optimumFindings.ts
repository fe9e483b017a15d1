import { optimumSilence } from "../config/optimumSilence.ts";
import type { LaunchFindings } from "./finding.ts";
import type { ValidParts } from "./validParts.ts";

/** Networks and objectives whose runs have no L*, and with it no gap and no distance to it; each reason once. */
export function optimumFindings({ architectures, regularizers }: ValidParts, found: LaunchFindings): void {
  const said = new Set<string>();
  for (const { value: arch, at } of architectures)
    for (const { value } of regularizers) {
      const reason = optimumSilence({ architecture: arch.name, regularizer: value });
      if (reason === null || said.has(reason)) continue;
      said.add(reason);
      found.warnings.push({ path: ["architectures", at], message: `${reason} Such runs have no gap and no distance to it.` });
    }
}
