import type { effectiveRidge } from "../../contract/config/regularizer.ts";
import type { SquaredNorms } from "./parameterLayout.ts";

/** (λ/2)‖·‖² of the head, of its bias, and of all other parameters together that have one λ; J counts them whether measured or polished. */
export function ridgesOf(strengths: ReturnType<typeof effectiveRidge>, squares: SquaredNorms) {
  return {
    head: (strengths.head / 2) * squares.head,
    hidden: (strengths.hidden * squares.hidden + strengths.free * squares.free) / 2,
    headBias: (strengths.headBias / 2) * squares.headBias,
  };
}
