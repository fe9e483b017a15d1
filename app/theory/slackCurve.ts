import { MathError } from "../../math/MathError.ts";
import { type HardFrame, hardFrameOptimum } from "../../math/optimum/hardFrameOptimum.ts";
import { slackTerm } from "../../math/optimum/slackObjective.ts";
import { isNumeric, objectiveOf, offersSlack, optimumAt, solve, type TheoryInputs } from "./theoryInputs.ts";

/** L* and its parts over ρ, as far as known, and their limits. */
export interface SlackCurve {
  /** ρ → 0: the plain ridge; ρ → ∞: the hard frame, null where it is not to be had. */
  limits: { plain: HardFrame; plainDistance: number; hard: HardFrame | null };
  /** Whether L* depends on ρ. */
  varies: boolean;
  /** The whole range of ρ, of which `rhos` are those known so far. */
  range: [number, number];
  rhos: number[];
  losses: (number | null)[];
  fits: (number | null)[];
  ridges: (number | null)[];
  slacks: (number | null)[];
  /** ‖S‖/‖W Wᵀ‖, the distance of W from the frame (NC2). */
  distances: (number | null)[];
}

export const hasSlack = offersSlack;

/** Decades to both sides of the ρ at which the slack begins to decide. */
const reach = 3;

/** For a small ρ, L* rises by ρ·½‖S‖² of the plain optimum; it would reach its end at the ρ that this names. */
function decisiveExponent(plain: HardFrame, hard: HardFrame | null, halfSquare: number): number {
  const rise = hard === null ? plain.loss : hard.loss - plain.loss;
  return rise > 0 && halfSquare > 0 ? Math.round(Math.log10(rise / halfSquare)) : -2;
}

function hardLimit(inputs: TheoryInputs): HardFrame | null {
  try {
    return hardFrameOptimum(objectiveOf({ ...inputs, rho: 0 }), inputs.frame);
  } catch (error) {
    if (error instanceof MathError) return null;
    throw error;
  }
}

/**
 * L* over ρ, the other numbers kept: first its limits, then point by point, each time all that is known. Nothing where there is no
 * optimum, or none with slack.
 */
export function* slackCurve(inputs: TheoryInputs, points = 25): Generator<SlackCurve> {
  if (!hasSlack(inputs)) return;
  const plainSolution = solve({ ...inputs, rho: 0 });
  // With any slack at all: without an optimum there is no curve.
  if (!("optimum" in plainSolution)) return;
  const { optimum } = plainSolution;
  const varies = isNumeric({ ...inputs, rho: 1 });
  const { value, relative } = slackTerm(optimum.weights, { rho: 1, frame: inputs.frame });
  const plain: HardFrame = { loss: optimum.loss, fit: optimum.fit, ridge: optimum.ridge };
  const hard = varies ? hardLimit(inputs) : plain;
  const middle = varies ? decisiveExponent(plain, hard, value) : -2;
  const range: [number, number] = [10 ** (middle - reach), 10 ** (middle + reach)];
  const known: SlackCurve = {
    ...{ limits: { plain, plainDistance: relative, hard }, varies, range },
    ...{ rhos: [], losses: [], fits: [], ridges: [], slacks: [], distances: [] },
  };
  const exponents = varies
    ? Array.from({ length: points }, (_, index) => middle - reach + (2 * reach * index) / (points - 1))
    : [middle - reach, middle + reach];
  if (varies) yield known;
  let curve = known;
  for (const exponent of exponents) {
    const rho = 10 ** exponent;
    const at = optimumAt({ ...inputs, rho }, inputs.lambda);
    curve = {
      ...curve,
      rhos: [...curve.rhos, rho],
      losses: [...curve.losses, at?.loss ?? null],
      fits: [...curve.fits, at?.fit ?? null],
      ridges: [...curve.ridges, at?.ridge ?? null],
      slacks: [...curve.slacks, at?.slack ?? null],
      distances: [...curve.distances, at ? slackTerm(at.weights, { rho: 0, frame: inputs.frame }).relative : null],
    };
    if (varies) yield curve;
  }
  if (!varies) yield curve;
}
