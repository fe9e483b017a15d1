import { expect, test } from "vitest";
import { objectiveText } from "../../../../app/theory/formulas.ts";
import { cosineRange, cosinesOf } from "../../../../app/theory/OptimumPictures.tsx";
import {
  classCounts,
  defaultInputs,
  isNumeric,
  optimumCurve,
  readInputs,
  solve,
  type TheoryInputs,
  usedInputs,
  writeInputs,
} from "../../../../app/theory/theoryInputs.ts";

const optimumOf = (changes: Partial<TheoryInputs>) => {
  const solution = solve({ ...defaultInputs, ...changes });
  if ("problem" in solution) throw new Error(solution.problem);
  return solution.optimum;
};

test("the page opens on the check value of the literature's sizes", () => {
  const solution = solve(defaultInputs);
  expect("optimum" in solution && solution.optimum.loss.toPrecision(7)).toBe("0.02275937");
  expect("optimum" in solution && solution.optimum.scale.toPrecision(6)).toBe("0.848007");
});

test("degenerate numbers give the reason, never a number", () => {
  for (const bad of [
    { lambda: 0 },
    { dim: 5 },
    { classes: 1 },
    { classes: Number.NaN },
    { lambda: -1 },
    { classes: 1e9 },
    { dim: 2.5 },
    { imbalance: 0 },
    { imbalance: 1.5 },
    { rho: -1 },
    { rho: Number.NaN },
    { classes: 50, imbalance: 0.1 },
  ]) {
    const solution = solve({ ...defaultInputs, ...bad });
    expect("problem" in solution && solution.problem.length > 10, JSON.stringify(bad)).toBe(true);
  }
});

test("the curve rises with λ and ends below log K", () => {
  const { losses } = optimumCurve(defaultInputs, 31);
  const known = losses.filter((loss) => loss !== null);
  expect(known).toHaveLength(31);
  expect(known.every((loss, index) => index === 0 || loss > known[index - 1])).toBe(true);
  expect(known.at(-1)).toBeLessThan(Math.log(10));
});

test("the address carries what differs from the defaults, and back", () => {
  const inputs: TheoryInputs = {
    ...defaultInputs,
    objective: "ufm-mse",
    bias: "penalized",
    lambda: 1e-3,
    classes: 4,
    rho: 0.5,
    frame: "orthogonal",
    imbalance: 0.2,
  };
  const written = writeInputs(inputs);
  expect(Object.values(written).filter((value) => value !== null)).toHaveLength(7);
  expect(readInputs((name) => written[name] ?? null)).toEqual(inputs);
});

test("slack towards the optimum's own frame changes nothing; towards the other one L* rises with ρ", () => {
  const plain = optimumOf({});
  expect(isNumeric({ ...defaultInputs, rho: 10 })).toBe(false);
  expect(optimumOf({ rho: 10 }).loss).toBe(plain.loss);
  const small = { classes: 4, dim: 16 };
  const losses = [0, 0.01, 0.1, 1].map((rho) => optimumOf({ ...small, rho, frame: "orthogonal" }).loss);
  expect(isNumeric({ ...defaultInputs, rho: 1, frame: "orthogonal" })).toBe(true);
  expect(losses).toEqual([...losses].sort((a, b) => a - b));
  expect(losses[3]).toBeGreaterThan(losses[0] * 1.01);
});

test("squared error without a bias is at home in the orthogonal frame", () => {
  const mse = { ...defaultInputs, objective: "gufm-mse" as const, rho: 1 };
  expect(isNumeric({ ...mse, frame: "orthogonal" })).toBe(false);
  expect(isNumeric({ ...mse, frame: "simplex" })).toBe(true);
  expect(isNumeric({ ...mse, frame: "simplex", bias: "free" })).toBe(false);
});

test("unequal classes are geometric, and their angles differ", () => {
  const inputs = { ...defaultInputs, classes: 4, dim: 16, samples: 100, imbalance: 0.01 };
  expect(classCounts(inputs)).toEqual([100, 22, 5, 1]);
  expect(isNumeric(inputs)).toBe(true);
  const unequal = cosinesOf(optimumOf(inputs));
  const equal = cosinesOf(optimumOf({ ...inputs, imbalance: 1 }));
  const spread = (cosines: number[][] | null) => cosineRange(cosines!).high - cosineRange(cosines!).low;
  expect(spread(unequal)).toBeGreaterThan(0.1);
  expect(spread(equal)).toBeLessThan(1e-12);
});

test("what an objective does not depend on is not asked for, and slack is in its formula", () => {
  const held = { ...defaultInputs, rho: 1 };
  expect(usedInputs(defaultInputs).has("frame")).toBe(true);
  expect(usedInputs({ ...defaultInputs, objective: "ufm-ce" }).has("frame")).toBe(false);
  expect(usedInputs({ ...held, objective: "ufm-ce" }).has("rho")).toBe(false);
  expect(usedInputs({ ...defaultInputs, imbalance: 0.5 }).has("samples")).toBe(true);
  expect(objectiveText(held).objective).toContain("\\frac\\rho2");
  expect(objectiveText({ ...held, objective: "ufm-ce" }).objective).not.toContain("\\rho");
  expect(objectiveText({ ...held, frame: "orthogonal" }).optimum).toEqual([]);
});

test.each<[string, Partial<TheoryInputs>, number, number?]>([
  ["smoothed labels on the sphere", { smoothing: 0.1 }, 0.50667731, 0.50363433],
  ["smoothed labels of two classes", { smoothing: 0.2, classes: 2, dim: 8 }, 0.32583471, 0.38707815],
  [
    "smoothed labels beside ridges",
    { objective: "ufm-ce", smoothing: 0.1, classes: 4, dim: 8, samples: 5, lambda: 0.01, featureDecay: 0.01 },
    0.56481814,
  ],
  ["a temperature of √d is none", { temperature: 8 }, 0.02275937, 0.848007],
  ["γ of nearly 0 is cross entropy", { gamma: 1e-12 }, 0.02275937, 0.848007],
  ["unit rows and a temperature", { rows: "unit", temperature: 5 }, Math.log1p(9 * Math.exp(-50 / 9)), 1],
  ["a fixed simplex on the sphere", { rows: "simplex", dim: 16 }, Math.log1p(9 * Math.exp(-40 / 9)), 1],
])("the check values of further losses and heads: %s", (_, changes, loss, scale) => {
  const optimum = optimumOf(changes);
  expect(Math.abs(optimum.loss / loss - 1)).toBeLessThan(2e-7);
  if (scale !== undefined) expect(Math.abs(optimum.scale / scale - 1)).toBeLessThan(1e-6);
});

test("offer what an objective is known with, and give the reason where it is not", () => {
  const used = (changes: Partial<TheoryInputs>) => usedInputs({ ...defaultInputs, ...changes });
  expect(used({}).has("smoothing") && used({}).has("temperature") && used({}).has("rho")).toBe(true);
  expect(used({ smoothing: 0.1 }).has("rho")).toBe(false);
  expect(used({ objective: "gufm-mse" }).has("rows")).toBe(false);
  expect(used({ objective: "ufm-mse", rows: "simplex" }).has("lambda")).toBe(false);
  const problem = (changes: Partial<TheoryInputs>) => {
    const solution = solve({ ...defaultInputs, ...changes });
    return "problem" in solution ? solution.problem : "";
  };
  expect(problem({ smoothing: 0.1, gamma: 2 })).toContain("give smoothing or gamma");
  expect(problem({ temperature: -1 })).toContain("temperature");
  expect(problem({ smoothing: 1 })).toContain("must be below 1");
  expect(problem({ rows: "unit", imbalance: 0.5 })).toContain("equal classes");
  // What the objective on show does not know has no effect.
  expect(optimumOf({ objective: "gufm-mse", smoothing: 0.5, rows: "unit" }).loss).toBe(optimumOf({ objective: "gufm-mse" }).loss);
});

test("the formulas say what is added", () => {
  const text = (changes: Partial<TheoryInputs>) => objectiveText({ ...defaultInputs, ...changes });
  expect(text({ smoothing: 0.1 }).title).toBe("Cross entropy, smoothed labels, LayerNorm features");
  expect(text({ smoothing: 0.1 }).objective).toContain("CE}_{\\varepsilon}");
  expect(text({ gamma: 2, temperature: 5 }).title).toBe("Focal loss, normalized features");
  expect(text({ rows: "unit", temperature: 5 }).objective).toContain("\\lVert w_k\\rVert=1");
  expect(text({ objective: "ufm-mse", rows: "simplex" }).title).toBe("Squared error, ridge on H, fixed simplex");
});
