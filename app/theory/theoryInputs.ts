import { MathError } from "../../math/MathError.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import { balancedCounts, type HeldRows, isBalanced, type SolvableObjective } from "../../math/optimum/unconstrainedObjective.ts";
import { ownFrame, unconstrainedOptimum } from "../../math/optimum/unconstrainedOptimum.ts";

const objectives = ["gufm-ce", "gufm-mse", "ufm-ce", "ufm-mse"] as const;
export type ObjectiveKind = (typeof objectives)[number];
export const biases = ["none", "free", "penalized"] as const;
export type Bias = (typeof biases)[number];
export const frames = ["simplex", "orthogonal"] as const;
export type Frame = (typeof frames)[number];

/** Of the head: with a ridge, or of norm 1, or a fixed simplex. */
export const rowKinds = ["trained", "unit", "simplex"] as const;
export type Rows = (typeof rowKinds)[number];

/** What a person can turn on the theory page; its defaults are the paper's sizes. */
export interface TheoryInputs {
  objective: ObjectiveKind;
  /** λ of W */
  lambda: number;
  /** λ_H, of the features */
  featureDecay: number;
  /** λ_b, of the bias */
  biasDecay: number;
  /** α of (α/N)‖·‖² */
  fitScale: number;
  classes: number;
  dim: number;
  samples: number;
  /** Size of the smallest class over that of the largest, which has `samples`; geometric in between. */
  imbalance: number;
  bias: Bias;
  /** ρ of the slack, 0 = none */
  rho: number;
  frame: Frame;
  /** ε of label smoothing; 0 = none */
  smoothing: number;
  /** γ of the focal loss; 0 = cross entropy */
  gamma: number;
  /** τ of features that the head normalizes; 0 = √d, as LayerNorm leaves them */
  temperature: number;
  rows: Rows;
}

/** Inputs that are numbers. */
export type NumberInputKey = { [Key in keyof TheoryInputs]: TheoryInputs[Key] extends number ? Key : never }[keyof TheoryInputs];

export const defaultInputs: TheoryInputs = {
  objective: "gufm-ce",
  lambda: 0.005,
  featureDecay: 1e-5,
  biasDecay: 0.01,
  fitScale: 0.5,
  classes: 10,
  dim: 64,
  samples: 200,
  imbalance: 1,
  bias: "none",
  rho: 0,
  frame: "simplex",
  smoothing: 0,
  gamma: 0,
  temperature: 0,
  rows: "trained",
};

/** More classes than this make pictures of pixels and arithmetic of seconds. */
const maxClasses = 200;
/** Without a closed form, more classes than this take a browser too long. */
const maxNumericClasses = 20;

const names: Record<keyof TheoryInputs, string> = {
  objective: "o",
  lambda: "lambda",
  featureDecay: "lambdaH",
  biasDecay: "lambdaB",
  fitScale: "alpha",
  classes: "K",
  dim: "d",
  samples: "n",
  imbalance: "r",
  bias: "bias",
  rho: "rho",
  frame: "frame",
  smoothing: "eps",
  gamma: "gamma",
  temperature: "tau",
  rows: "rows",
};

/** Reads the address; anything there that is not a number counts as not given. */
export function readInputs(get: (name: string) => string | null): TheoryInputs {
  const number = (key: NumberInputKey) => {
    const text = get(names[key]);
    const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : defaultInputs[key];
  };
  return {
    objective: objectives.find((name) => name === get(names.objective)) ?? defaultInputs.objective,
    bias: biases.find((name) => name === get(names.bias)) ?? defaultInputs.bias,
    lambda: number("lambda"),
    featureDecay: number("featureDecay"),
    biasDecay: number("biasDecay"),
    fitScale: number("fitScale"),
    classes: number("classes"),
    dim: number("dim"),
    samples: number("samples"),
    imbalance: number("imbalance"),
    rho: number("rho"),
    frame: frames.find((name) => name === get(names.frame)) ?? defaultInputs.frame,
    smoothing: number("smoothing"),
    gamma: number("gamma"),
    temperature: number("temperature"),
    rows: rowKinds.find((name) => name === get(names.rows)) ?? defaultInputs.rows,
  };
}

/** For the address: only what differs from the defaults. */
export function writeInputs(inputs: TheoryInputs): Record<string, string | null> {
  const entries = (Object.keys(names) as (keyof TheoryInputs)[]).map((key): [string, string | null] => {
    const value = inputs[key];
    return [names[key], value === defaultInputs[key] || Number.isNaN(value) ? null : String(value)];
  });
  return Object.fromEntries(entries);
}

const isRidged = ({ objective }: Pick<TheoryInputs, "objective">) => objective.startsWith("ufm");
const isCrossEntropy = ({ objective }: Pick<TheoryInputs, "objective">) => objective.endsWith("ce");

/** Rows that an objective is known with. */
export const offeredRows = (inputs: Pick<TheoryInputs, "objective">): Rows[] =>
  rowKinds.filter((rows) => rows === "trained" || (isRidged(inputs) ? rows === "simplex" : isCrossEntropy(inputs)));

export const hasTrainedRows = (inputs: TheoryInputs): boolean =>
  !offeredRows(inputs).some((rows) => rows !== "trained" && rows === inputs.rows);

/** What of the numbers beside the plain objective has an effect. */
export function shapeOf(inputs: TheoryInputs): { smoothing: number; gamma: number; temperature: number } {
  const ofLoss = isCrossEntropy(inputs) ? inputs : { smoothing: 0, gamma: 0 };
  return { smoothing: ofLoss.smoothing, gamma: ofLoss.gamma, temperature: isRidged(inputs) ? 0 : inputs.temperature };
}

/** Whether the page shows the objective with a frame that W is held to: the plain one alone. */
export const offersSlack = (inputs: TheoryInputs): boolean =>
  !isRidged(inputs) && hasTrainedRows(inputs) && Object.values(shapeOf(inputs)).every((value) => value === 0);

/** Which inputs an objective depends on. */
export function usedInputs(inputs: TheoryInputs): ReadonlySet<keyof TheoryInputs> {
  const used = new Set<keyof TheoryInputs>(["classes", "dim", "imbalance"]);
  const ridged = isRidged(inputs);
  const trained = hasTrainedRows(inputs);
  if (trained) used.add("lambda");
  if (ridged) used.add("featureDecay");
  else used.add("temperature");
  // The frame matters at ρ = 0 too: the curve over ρ goes towards it.
  if (offersSlack(inputs)) used.add("rho").add("frame");
  if (offeredRows(inputs).length > 1) used.add("rows");
  if (isCrossEntropy(inputs)) used.add("smoothing").add("gamma");
  if (ridged || inputs.imbalance !== 1) used.add("samples");
  if (!isCrossEntropy(inputs) && trained) for (const key of ["bias", "fitScale"] as const) used.add(key);
  if (inputs.objective === "ufm-mse" && inputs.bias === "penalized" && trained) used.add("biasDecay");
  return used;
}

/** Samples of each class, geometric from n down to n·r, each rounded, at least one. */
export function classCounts({ classes, samples, imbalance }: TheoryInputs): number[] {
  const counts = balancedCounts(classes, samples);
  if (imbalance === 1) return counts;
  if (!(imbalance > 0 && imbalance <= 1)) throw new MathError(`imbalance = ${imbalance} must be above 0 and at most 1`);
  return counts.map((count, k) => Math.max(1, Math.round(count * imbalance ** (k / (classes - 1)))));
}

/** The objective in the words of the mathematics. @throws {MathError} if a number of it is invalid */
export function objectiveOf(inputs: TheoryInputs): SolvableObjective {
  const { objective: kind, lambda: weightDecay, featureDecay, fitScale, dim, bias, biasDecay, rho, frame } = inputs;
  if (inputs.classes > maxClasses)
    throw new MathError(`classes = ${inputs.classes} is above ${maxClasses}, the most this page can draw`);
  const counts = classCounts(inputs);
  const held = rho === 0 || !offersSlack(inputs) ? {} : { slack: { rho, frame } };
  const { smoothing, gamma, temperature } = shapeOf(inputs);
  if (temperature < 0) throw new MathError(`temperature = ${temperature} must be above 0, or 0 for √d`);
  const shape = { ...(smoothing !== 0 && { smoothing }), ...(gamma !== 0 && { gamma }) };
  const tempered = temperature === 0 ? {} : { temperature };
  switch (kind) {
    case "gufm-ce":
      return { kind, counts, dim, weightDecay, ...held, ...shape, ...tempered };
    case "gufm-mse":
      return { kind, counts, dim, weightDecay, bias: bias === "penalized" ? "free" : bias, fitScale, ...held, ...tempered };
    case "ufm-ce":
      return { kind, counts, dim, weightDecay, featureDecay, ...shape };
    case "ufm-mse":
      return { kind, counts, dim, weightDecay, featureDecay, bias, fitScale, ...(bias === "penalized" && { biasDecay }) };
  }
}

/** The same of a head whose rows cannot grow. @throws {MathError} if a number of it is invalid */
function heldObjectiveOf(inputs: TheoryInputs): HeldRows {
  const { counts, dim } = objectiveOf(inputs);
  const { smoothing, gamma, temperature } = shapeOf(inputs);
  const fit = isCrossEntropy(inputs) ? { name: "ce" as const, smoothing, gamma } : { name: "mse" as const };
  const features = isRidged(inputs) ? { decay: inputs.featureDecay } : { norm: temperature === 0 ? Math.sqrt(dim) : temperature };
  return { kind: "held-rows", counts, dim, rows: inputs.rows === "unit" ? "unit" : "simplex", fit, features };
}

/** Whether the classes are unequal, or held to a frame that is not their own: then there is no closed form. */
export function isNumeric(inputs: TheoryInputs): boolean {
  if (!hasTrainedRows(inputs)) return false;
  try {
    const objective = objectiveOf(inputs);
    const held = "slack" in objective && objective.slack !== undefined && objective.slack.frame !== ownFrame(objective);
    return held || !isBalanced(objective.counts);
  } catch (error) {
    if (error instanceof MathError) return false;
    throw error;
  }
}

export type Solution = { optimum: Optimum } | { problem: string };

/** The optimum, or in words why there is none for these numbers. */
export function solve(inputs: TheoryInputs): Solution {
  try {
    const objective = hasTrainedRows(inputs) ? objectiveOf(inputs) : heldObjectiveOf(inputs);
    if (inputs.classes > maxNumericClasses && isNumeric(inputs))
      throw new MathError(
        `classes = ${inputs.classes} is above ${maxNumericClasses}, the most for which this page searches where there is no closed form`,
      );
    const optimum = unconstrainedOptimum(objective);
    return optimum.method === "none" ? { problem: optimum.reason } : { optimum };
  } catch (error) {
    if (error instanceof MathError) return { problem: error.message };
    throw error;
  }
}

export interface OptimumCurve {
  lambdas: number[];
  losses: (number | null)[];
  fits: (number | null)[];
  scales: (number | null)[];
}

/** λ over seven decades around the usual ones. */
export const curveLambdas = (points: number): number[] =>
  Array.from({ length: points }, (_, index) => 10 ** (-6 + (7 * index) / (points - 1)));

/** The curve of optima found so far at the first of the λs; null where there is none. */
export const curveOf = (lambdas: readonly number[], optima: readonly (Optimum | null)[]): OptimumCurve => ({
  lambdas: lambdas.slice(0, optima.length),
  losses: optima.map((optimum) => optimum?.loss ?? null),
  fits: optima.map((optimum) => optimum?.fit ?? null),
  scales: optima.map((optimum) => optimum?.scale ?? null),
});

export function optimumAt(inputs: TheoryInputs, lambda: number): Optimum | null {
  const solution = solve({ ...inputs, lambda });
  return "optimum" in solution ? solution.optimum : null;
}

/** L*, its fit and s over λ, the other numbers kept. */
export function optimumCurve(inputs: TheoryInputs, points = 121): OptimumCurve {
  const lambdas = curveLambdas(points);
  return curveOf(
    lambdas,
    lambdas.map((lambda) => optimumAt(inputs, lambda)),
  );
}
