import { describe, expect, test } from "vitest";
import { measureHiddenLayer } from "../../../../math/collapse/layerMetrics.ts";

/*
 * Expected values by numpy in float64:
 *
 * def numbers(state, rows, cols):                       # Park and Miller's generator
 *     out = []
 *     for _ in range(rows * cols):
 *         state = state * 48271 % 2147483647
 *         out.append(state / 2147483647 - 0.5)
 *     return np.array(out).reshape(rows, cols)
 * y = np.arange(K * n) % K
 * H = numbers(1, K * n, d) + 1.5 * numbers(7, K, d)[y]
 * mu = np.stack([H[y == k].mean(0) for k in range(K)]); M = mu - mu.mean(0); C = H - mu[y]
 * SW = C.T @ C / len(y); SB = M.T @ M / K
 * w, V = np.linalg.eigh(SB); keep = w > 1e-12 * w.max()
 * ratio = np.trace(SW) / np.trace(SB); pinv = np.trace(SW @ (V[:, keep] / w[keep]) @ V[:, keep].T) / K
 * v = [(C[y == k] ** 2).sum(1).mean() for k in range(K)]; D = ((mu[:, None] - mu[None]) ** 2).sum(-1)
 * cdnv = mean over k < l of (v[k] + v[l]) / 2 / D[k, l]
 * G = M @ M.T; norm = np.sqrt(np.diag(G)); angles = mean over k < l of abs(G / np.outer(norm, norm) + 1 / (K - 1))
 * etf = norm(G / norm(G) - E / sqrt(K - 1)); norms = norm.std() / norm.mean()
 * ncc = (((H[:, None] - mu[None]) ** 2).sum(-1).argmin(1) != y).mean()
 */
const cases: [classes: number, dim: number, each: number, expected: Record<string, number>][] = [
  [
    9,
    5,
    7,
    {
      "nc1.ratio": 0.3278970179654286,
      "nc1.pinv": 0.31974257895800623,
      "nc1.cdnv": 0.18084280834879787,
      "nc2.angles": 0.3276278353968877,
      "nc2.etf": 0.8209071509460812,
      "nc2.norms": 0.20462899095046497,
      "nc4.ncc": 0.0,
    },
  ],
  [
    6,
    5,
    7,
    {
      "nc1.ratio": 0.3897207459950271,
      "nc1.pinv": 2.598620843903295,
      "nc1.cdnv": 0.20130840125341518,
      "nc2.angles": 0.34528255155068277,
      "nc2.etf": 0.7047822969899293,
      "nc2.norms": 0.2018006644944294,
      "nc4.ncc": 0.023809523809523808,
    },
  ],
  [
    200,
    24,
    3,
    {
      "nc1.ratio": 0.2467782843665977,
      "nc1.pinv": 0.03424763268523955,
      "nc1.cdnv": 0.13119920615359731,
      "nc2.angles": 0.16409952684831886,
      "nc2.etf": 1.1593013982516593,
      "nc2.norms": 0.10079798097571462,
      "nc4.ncc": 0.0,
    },
  ],
  [
    25,
    24,
    5,
    {
      "nc1.ratio": 0.3273838113316305,
      "nc1.pinv": 13.60061362041486,
      "nc1.cdnv": 0.16726433745098004,
      "nc2.angles": 0.16665316980140796,
      "nc2.etf": 0.7709800426546904,
      "nc2.norms": 0.10618864145955859,
      "nc4.ncc": 0.0,
    },
  ],
  [
    150,
    170,
    2,
    {
      "nc1.ratio": 0.16920757127439298,
      "nc1.pinv": 1.1937119192652328,
      "nc1.cdnv": 0.08478706443549341,
      "nc2.angles": 0.061152743484953656,
      "nc2.etf": 0.7335847660712602,
      "nc2.norms": 0.0374239597545697,
      "nc4.ncc": 0.0,
    },
  ],
];

function numbers(state: number, count: number): Float64Array {
  let at = state;
  return Float64Array.from({ length: count }, () => {
    at = (at * 48271) % 2147483647;
    return at / 2147483647 - 0.5;
  });
}

describe("all measures of a layer with more classes than dimensions, one more, and fewer", () => {
  test.each(cases)("K = %i, d = %i, %i samples a class: to 1e-10 of numpy", (classes, dim, each, expected) => {
    const labels = Array.from({ length: classes * each }, (_, i) => i % classes);
    const centres = numbers(7, classes * dim);
    const features = numbers(1, labels.length * dim);
    labels.forEach((label, i) => {
      for (let j = 0; j < dim; j++) features[i * dim + j] += 1.5 * centres[label * dim + j];
    });
    const { values } = measureHiddenLayer(features, labels, classes, dim);
    for (const [id, value] of Object.entries(expected))
      expect(Math.abs(values[id as "nc1.pinv"]! - value), `${id}: ${values[id as "nc1.pinv"]}`).toBeLessThan(
        1e-10 * Math.abs(value) + 1e-300,
      );
  });
});
