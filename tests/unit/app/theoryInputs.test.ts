import { expect, test } from "vitest";
import { defaultInputs, optimumCurve, readInputs, solve, writeInputs } from "../../../app/theory/theoryInputs.ts";

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
  const inputs = { ...defaultInputs, objective: "ufm-mse" as const, bias: "penalized" as const, lambda: 1e-3, classes: 4 };
  const written = writeInputs(inputs);
  expect(Object.values(written).filter((value) => value !== null)).toHaveLength(4);
  expect(readInputs((name) => written[name] ?? null)).toEqual(inputs);
});
