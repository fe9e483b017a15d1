import { normalizesHead } from "../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { normalizesFirst } from "../../unit/workers/models/referenceNetwork.ts";

/** A map as map[channel][row][column]. */
type Maps = number[][][];
interface Image {
  channels: number;
  height: number;
  width: number;
}

/** The convolutional network's formulas once more, one sample in plain loops in float64, for comparison. */
export function referenceConvolutional(
  config: RunConfig,
  image: Image,
  p: Record<string, number[][]>,
  x: number[],
): { features: number[][]; logits: number[] } {
  const { channels, height, width } = image;
  const pixels: Maps = range(channels).map((c) =>
    range(height).map((h) => range(width).map((w) => x[(c * height + h) * width + w])),
  );
  const post = config.normalization === "post-ln";
  const features: number[][] = [];
  let stream = convolve(pixels, p.W0, p.b0, 2);
  if (normalizesFirst(config)) stream = normMaps(stream);
  for (let l = 1; l < config.depth; l++) {
    features.push(norm(pool(stream)));
    const branch = convolve(post ? stream : normMaps(stream), p[`W${l}`], p[`b${l}`], 1);
    stream = stream.map((rows, c) => rows.map((row, h) => row.map((value, w) => value + Math.max(0, branch[c][h][w]))));
    if (post && (l < config.depth - 1 || normalizesHead(config.regularizer))) stream = normMaps(stream);
  }
  const last = normalizesHead(config.regularizer) ? norm(pool(stream)) : pool(stream);
  features.push(last);
  const logits = p[`W${config.depth}`].map(
    (row, k) => row.reduce((sum, w, c) => sum + w * last[c], 0) + (config.headBias ? p[`b${config.depth}`][k][0] : 0),
  );
  return { features, logits };
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** y[o][h][w] = b[o] + Σ_i Σ_p Σ_q filter[o][9 i + 3 p + q] · x[i][stride h + p − 1][stride w + q − 1], zeros outside. */
function convolve(x: Maps, filter: number[][], bias: number[][], stride: number): Maps {
  const [rows, columns] = [Math.ceil(x[0].length / stride), Math.ceil(x[0][0].length / stride)];
  return filter.map((weights, o) =>
    range(rows).map((h) =>
      range(columns).map((w) => {
        let sum = bias[o][0];
        for (let i = 0; i < x.length; i++)
          for (let p = 0; p < 3; p++)
            for (let q = 0; q < 3; q++) sum += weights[9 * i + 3 * p + q] * (x[i][stride * h + p - 1]?.[stride * w + q - 1] ?? 0);
        return sum;
      }),
    ),
  );
}

const pool = (maps: Maps) => maps.map((rows) => rows.flat().reduce((sum, value) => sum + value, 0) / rows.flat().length);

function normMaps(maps: Maps): Maps {
  const flat = norm(maps.flat(2));
  let at = 0;
  return maps.map((rows) => rows.map((row) => row.map(() => flat[at++])));
}

function norm(x: number[]): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
  return x.map((value) => (value - mean) / deviation);
}
