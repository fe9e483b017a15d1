import { describe, expect, test } from "vitest";
import type { Step } from "../../../../math/optimum/minimize.ts";
import { type Evaluated, quasiNewtonStep } from "../../../../math/optimum/quasiNewtonStep.ts";

type Objective = (x: Float64Array) => { value: number; gradient: number[] };

const at = (objective: Objective, x: Float64Array): Evaluated => {
  const { value, gradient } = objective(x);
  return { x, value, gradient: Float64Array.from(gradient) };
};

/** Iterates until nothing is found, or so often. */
function follow(objective: Objective, start: number[], iterations: number, noise = 1e-12) {
  let here = at(objective, Float64Array.from(start));
  const steps: Step[] = [];
  const values = [here.value];
  for (let k = 0; k < iterations; k++) {
    const search = quasiNewtonStep(here, steps, { memory: 5, noise });
    let turn = search.next();
    while (!turn.done) turn = search.next(at(objective, turn.value));
    if (turn.value === null) return { here, values, stalled: true, steps };
    here = turn.value;
    values.push(here.value);
  }
  return { here, values, stalled: false, steps };
}

const rosenbrock: Objective = ([a, b]) => ({
  value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
  gradient: [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)],
});
const scales = [1, 10, 100, 1000];
const quadratic: Objective = (x) => ({
  value: scales.reduce((sum, scale, i) => sum + (scale * (x[i] - i) ** 2) / 2, 0),
  gradient: scales.map((scale, i) => scale * (x[i] - i)),
});

describe("an iteration of L-BFGS", () => {
  test("leads along Rosenbrock's valley to its minimum, never uphill", () => {
    const { here, values } = follow(rosenbrock, [-1.2, 1], 80);
    expect(here.x[0]).toBeCloseTo(1, 5);
    expect(here.x[1]).toBeCloseTo(1, 5);
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1] * (1 + 1e-12));
  });

  test("minimizes a quadratic of condition 1000 to float32's digits", () => {
    const { here } = follow(quadratic, [5, 5, 5, 5], 40);
    here.x.forEach((value, i) => {
      expect(Math.abs(value - i)).toBeLessThan(1e-6);
    });
  });

  test("keeps no more steps than its memory, all of positive curvature, and float32 numbers alone", () => {
    const { here, steps } = follow(rosenbrock, [-1.2, 1], 20);
    expect(steps).toHaveLength(5);
    for (const { s, y, rho } of steps) {
      expect(rho).toBeGreaterThan(0);
      for (const list of [s, y, here.x]) expect(Array.from(list)).toEqual(Array.from(list, Math.fround));
    }
  });

  test("ends where a kink leaves no way down along the gradient", () => {
    const kink: Objective = ([a]) => ({ value: Math.abs(a), gradient: [a >= 0 ? 1 : -1] });
    const { stalled, here } = follow(kink, [0], 10);
    expect(stalled).toBe(true);
    expect(here.x[0]).toBe(0);
  });

  test("where the value's rounding hides the descent, the slope tells", () => {
    const rounded: Objective = (x) => ({ ...quadratic(x), value: 1 + Math.round(quadratic(x).value * 1e4) / 1e4 });
    const { here } = follow(rounded, [5, 5, 5, 5], 60, 1e-3);
    const size = Math.hypot(...here.gradient);
    expect(size).toBeLessThan(1e-2);
  });
});
