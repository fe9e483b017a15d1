import { describe, expect, test } from "vitest";
import { type CurvedLoss, flatnessSummer, relativeFlatness } from "../../../../math/collapse/relativeFlatness.ts";
import { matrix } from "../../../../math/linear/matrix.ts";

const [classes, dim, samples] = [3, 4, 5];
/**
 * The numbers of numpy in float64, by the full Hessian of the mean fit, diag(p) − ppᵀ ⊗ hhᵀ, summed over its K × K blocks of d × d as the
 * definition says, and by finite differences of the mean fit itself, of second order off the diagonal and of fourth on it:
 *
 *   def lcg(n):
 *       x = 12345; out = []
 *       for _ in range(n):
 *           x = (1103515245 * x + 12345) % 2**31; out.append(x / 2**31 * 2 - 1)
 *       return out
 *   v = lcg(K*d + N*d + K); W = v[:K*d].reshape(K, d); H = 2 * v[K*d:K*d+N*d].reshape(N, d); b = v[K*d+N*d:]; y = [0, 1, 2, 1, 0]
 *   full = np.kron(Hz, np.outer(H[i], H[i])).reshape(K, d, K, d); tot += W[s] @ W[t] * np.trace(full[s, :, t, :])
 */
const exact = { "cross-entropy": 0.9872666061116856, "squared-error": 11.812942564039993, dot: 2.3529836835446347 };
const differences = { "cross-entropy": 0.9872668259558801, "squared-error": 11.812943256850332, dot: 2.3529835440300158 };

function drawn(count: number): number[] {
  let x = 12345n;
  return Array.from({ length: count }, () => {
    x = (1103515245n * x + 12345n) % 2n ** 31n;
    return (Number(x) / 2 ** 31) * 2 - 1;
  });
}
const numbers = drawn(classes * dim + samples * dim + classes);
const weights = matrix(classes, dim, Float64Array.from(numbers.slice(0, classes * dim)));
const features = numbers.slice(classes * dim, classes * dim + samples * dim).map((value) => 2 * value);
const bias = numbers.slice(classes * dim + samples * dim);
const labels = [0, 1, 2, 1, 0];
const logitsOf = (h: readonly number[], count: number) =>
  Array.from({ length: count * classes }, (_, at) => {
    const [i, k] = [Math.floor(at / classes), at % classes];
    return Array.from({ length: dim }, (_, j) => h[i * dim + j] * weights.data[k * dim + j]).reduce((a, b) => a + b, bias[k]);
  });
const input = { weights, features, logits: logitsOf(features, samples), labels };
const losses: CurvedLoss[] = [{ name: "cross-entropy" }, { name: "squared-error" }, { name: "dot", aim: 2 }];

describe("relative flatness", () => {
  test.each(losses)("of $name is that of the whole Hessian, and of finite differences", (loss) => {
    const kappa = relativeFlatness({ loss, ...input });
    expect(Math.abs(kappa / exact[loss.name] - 1)).toBeLessThan(1e-10);
    expect(Math.abs(kappa / differences[loss.name] - 1)).toBeLessThan(1e-6);
  });

  test("parts of a set add up", () => {
    for (const loss of losses) {
      const sum = flatnessSummer(loss, weights);
      const part = (from: number, to: number) =>
        sum({
          features: features.slice(from * dim, to * dim),
          logits: input.logits.slice(from * classes, to * classes),
          labels: labels.slice(from, to),
        });
      expect((part(0, 2) + part(2, 5)) / samples).toBeCloseTo(relativeFlatness({ loss, ...input }), 12);
    }
  });

  test("does not change where features are scaled and the rows against them", () => {
    const scaled = matrix(
      classes,
      dim,
      weights.data.map((w) => w / 7),
    );
    const larger = { ...input, weights: scaled, features: features.map((h) => 7 * h) };
    for (const loss of losses)
      expect(relativeFlatness({ loss, ...larger })).toBeCloseTo(relativeFlatness({ loss, ...input }), 10);
  });

  test("keeps its digits where nearly all of the probability is at one class", () => {
    // p_2 = e^-60 and p_3 = e^-61 beside 1: κ = ‖h‖² (p_2 ‖w_2 − w_1‖² + p_3 ‖w_3 − w_1‖²) to e^-60 relative.
    const rows = matrix(3, 2, Float64Array.from([1, 0, 0, 2, -1, -1]));
    const kappa = relativeFlatness({ loss: losses[0], weights: rows, features: [3, 4], logits: [60, 0, -1], labels: [1] });
    expect(kappa / (25 * (5 * Math.exp(-60) + 5 * Math.exp(-61)))).toBeCloseTo(1, 12);
  });

  test("is 0 where all rows are one, with the features 0, and at two classes as the formula has it", () => {
    const alike = matrix(3, 2, Float64Array.from([1, 2, 1, 2, 1, 2]));
    const one = { loss: losses[0], features: [1, 1], logits: [0, 0, 0], labels: [0] };
    expect(relativeFlatness({ ...one, weights: alike })).toBe(0);
    expect(relativeFlatness({ ...one, features: [0, 0], weights: matrix(3, 2, Float64Array.from([1, 2, 0, 2, 3, 2])) })).toBe(0);
    const two = matrix(2, 1, Float64Array.from([1, -1]));
    expect(relativeFlatness({ ...one, features: [2], logits: [0, Math.log(3)], weights: two })).toBeCloseTo(4 * 4 * (3 / 16), 12);
  });

  test("is no number without samples, of other shapes, or of what is not finite", () => {
    const loss = losses[0];
    expect(() => relativeFlatness({ loss, weights, features: [], logits: [], labels: [] })).toThrow(/at least 1/);
    expect(() => relativeFlatness({ loss, ...input, features: features.slice(1) })).toThrow(/20 features and 15 logits/);
    expect(() => relativeFlatness({ loss, ...input, logits: input.logits.map(() => Number.NaN) })).toThrow(/NaN/);
  });
});
