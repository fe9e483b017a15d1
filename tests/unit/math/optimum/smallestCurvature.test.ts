import { expect, test } from "vitest";
import { smallestCurvature } from "../../../../math/optimum/smallestCurvature.ts";
import { randomStream } from "../../../../math/statistics/randomStream.ts";

/** H = Q diag(values) Qᵀ by reflections, as a product. */
function operator(values: number[]) {
  const random = randomStream(3, "reflections");
  const mirrors = Array.from({ length: 4 }, () => {
    const v = Float64Array.from(values, () => random.normal());
    const norm = Math.hypot(...v);
    return v.map((x) => x / norm);
  });
  const reflect = (x: Float64Array, v: Float64Array) => {
    const along = 2 * x.reduce((sum, value, i) => sum + value * v[i], 0);
    return x.map((value, i) => value - along * v[i]);
  };
  return (x: Float64Array) => {
    const inner = mirrors.reduce(reflect, x).map((value, i) => value * values[i]);
    return mirrors.toReversed().reduce(reflect, inner);
  };
}

function run(product: (v: Float64Array) => Float64Array, start: Float64Array, iterations: number) {
  const search = smallestCurvature(start, iterations);
  let turn = search.next();
  while (!turn.done) turn = search.next(product(turn.value));
  return turn.value;
}

const start = (n: number) => {
  const random = randomStream(1, "start");
  return Float64Array.from({ length: n }, () => random.normal());
};

test("the smallest eigenvalue is found to 1e-10 where the whole space is seen", () => {
  const values = [3, 1, 0.5, 2, -0.25, 0.1, 4, 7];
  const { value, error } = run(operator(values), start(8), 8);
  expect(value).toBeCloseTo(-0.25, 10);
  expect(error).toBeLessThan(1e-8);
});

test("a negative eigenvalue apart from 200 others is found by 40 products, and its bound holds", () => {
  const values = Array.from({ length: 200 }, (_, i) => 0.01 + i / 50);
  values[100] = -1;
  const { value, error } = run(operator(values), start(200), 40);
  expect(Math.abs(value + 1)).toBeLessThanOrEqual(Math.max(error, 1e-12));
  expect(Math.abs(value + 1)).toBeLessThan(1e-6);
});

test("a multiple of the identity ends after one product", () => {
  const { value, error } = run((v) => v.map((x) => 2 * x), start(5), 5);
  expect(value).toBeCloseTo(2, 12);
  expect(error).toBeLessThan(1e-10);
});

test("what cannot be searched is refused by name", () => {
  expect(() => run((v) => v, new Float64Array(3), 3)).toThrow("must not be 0");
  expect(() => run((v) => v.map(() => Number.NaN), start(3), 3)).toThrow("product 0 of Lanczos' method is not finite");
});
