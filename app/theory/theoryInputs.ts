import { MathError } from "../../math/MathError.ts";
import type { Optimum } from "../../math/optimum.ts";
import { balancedCounts, type SolvableObjective } from "../../math/unconstrainedObjective.ts";
import { unconstrainedOptimum } from "../../math/unconstrainedOptimum.ts";

export const objectives = ["gufm-ce", "gufm-mse", "ufm-ce", "ufm-mse"] as const;
export type ObjectiveKind = (typeof objectives)[number];
export const biases = ["none", "free", "penalized"] as const;
export type Bias = (typeof biases)[number];

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
  bias: Bias;
}

export const defaultInputs: TheoryInputs = {
  objective: "gufm-ce",
  lambda: 0.005,
  featureDecay: 1e-5,
  biasDecay: 0.01,
  fitScale: 0.5,
  classes: 10,
  dim: 64,
  samples: 200,
  bias: "none",
};

/** More classes than this make pictures of pixels and arithmetic of seconds. */
export const mostClasses = 200;

const names: Record<keyof TheoryInputs, string> = {
  objective: "o",
  lambda: "lambda",
  featureDecay: "lambdaH",
  biasDecay: "lambdaB",
  fitScale: "alpha",
  classes: "K",
  dim: "d",
  samples: "n",
  bias: "bias",
};

/** Reads the address; what is no number there counts as not given. */
export function readInputs(get: (name: string) => string | null): TheoryInputs {
  const number = (key: "lambda" | "featureDecay" | "biasDecay" | "fitScale" | "classes" | "dim" | "samples") => {
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

/** Which inputs an objective depends on. */
export function usedInputs(inputs: TheoryInputs): ReadonlySet<keyof TheoryInputs> {
  const used = new Set<keyof TheoryInputs>(["lambda", "classes", "dim"]);
  if (inputs.objective.startsWith("ufm")) for (const key of ["featureDecay", "samples"] as const) used.add(key);
  if (inputs.objective.endsWith("mse")) for (const key of ["bias", "fitScale"] as const) used.add(key);
  if (inputs.objective === "ufm-mse" && inputs.bias === "penalized") used.add("biasDecay");
  return used;
}

function objectiveOf(inputs: TheoryInputs): SolvableObjective {
  const { objective: kind, lambda: weightDecay, featureDecay, fitScale, dim, bias, biasDecay } = inputs;
  if (inputs.classes > mostClasses)
    throw new MathError(`classes = ${inputs.classes} is above ${mostClasses}, the most that this page draws`);
  const counts = balancedCounts(inputs.classes, inputs.samples);
  switch (kind) {
    case "gufm-ce":
      return { kind, counts, dim, weightDecay };
    case "gufm-mse":
      return { kind, counts, dim, weightDecay, bias: bias === "penalized" ? "free" : bias, fitScale };
    case "ufm-ce":
      return { kind, counts, dim, weightDecay, featureDecay };
    case "ufm-mse":
      return { kind, counts, dim, weightDecay, featureDecay, bias, fitScale, ...(bias === "penalized" && { biasDecay }) };
  }
}

export type Solution = { optimum: Optimum } | { problem: string };

/** The optimum, or in words why there is none for these numbers. */
export function solve(inputs: TheoryInputs): Solution {
  try {
    const optimum = unconstrainedOptimum(objectiveOf(inputs));
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

/** L*, its fit and s over six decades of λ around the usual ones, the other numbers kept. */
export function optimumCurve(inputs: TheoryInputs, points = 121): OptimumCurve {
  const lambdas = Array.from({ length: points }, (_, index) => 10 ** (-6 + (7 * index) / (points - 1)));
  const optima = lambdas.map((lambda) => {
    const solution = solve({ ...inputs, lambda });
    return "optimum" in solution ? solution.optimum : null;
  });
  return {
    lambdas,
    losses: optima.map((optimum) => optimum?.loss ?? null),
    fits: optima.map((optimum) => optimum?.fit ?? null),
    scales: optima.map((optimum) => optimum?.scale ?? null),
  };
}
