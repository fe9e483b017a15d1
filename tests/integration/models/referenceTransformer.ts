import { headsOf, linearLayers, patchOf } from "../../../contract/config/architecture.ts";
import { normalizesHead } from "../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { InputShape } from "../../../contract/data/datasetConfig.ts";
import { add, dot, type Named, norm, normalizesFirst, relu } from "../../unit/workers/models/referenceNetwork.ts";

type Tokens = number[][];

/** The transformer's formulas in plain loops and float64, every token through every layer, the last one read out. */
export function referenceTransformer(config: RunConfig, input: InputShape, p: Named, x: number[]) {
  const post = config.normalization === "post-ln";
  const blocks = config.definition === 2 ? config.depth : config.depth - 1;
  const head = blocks + 1;
  const embedded = input.kind === "text" ? embedWords(p, x) : embedPatches(config, input, p, x);
  const visible = (query: number, key: number) =>
    key <= query && (input.kind !== "text" || x[key] !== 0 || query === key || x[query] === 0);
  const features: number[][] = [];
  let stream = embedded.map((token, t) => token.map((value, i) => value + p.Wp[i][t]));
  if (normalizesFirst(config)) stream = stream.map(norm);
  for (let l = 1; l <= blocks; l++) {
    const read = post ? stream : stream.map(norm);
    features.push(last(read));
    let middle = sum(stream, attend(config, p, l, read, visible));
    if (post) middle = middle.map(norm);
    stream = sum(
      middle,
      (post ? middle : middle.map(norm)).map((token) => mlp(config, p, l, token)),
    );
    if (post && (l < blocks || normalizesHead(config.regularizer))) stream = stream.map(norm);
  }
  const final = post || !normalizesHead(config.regularizer) ? last(stream) : norm(last(stream));
  features.push(final);
  const bias = (k: number) => (config.headBias ? p[`b${head}`][k][0] : 0);
  return { features, logits: p[`W${head}`].map((row, k) => dot(row, final) + bias(k)) };
}

const embedWords = (p: Named, x: number[]): Tokens => x.map((word) => p.We[word]);

function embedPatches(config: RunConfig, input: InputShape, p: Named, x: number[]): Tokens {
  if (input.kind !== "image") throw new Error("images only");
  const { channels, height, width } = input;
  const side = patchOf(config, input);
  const tokens: Tokens = [];
  for (let top = 0; top < height; top += side)
    for (let left = 0; left < width; left += side) {
      const vector: number[] = [];
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) vector.push(x[(c * height + top + i) * width + left + j]);
      tokens.push(p.We.map((row) => dot(row, vector)));
    }
  return tokens;
}

function attend(config: RunConfig, p: Named, l: number, x: Tokens, visible: (query: number, key: number) => boolean): Tokens {
  const heads = headsOf(config);
  const d = config.width;
  const merged = linearLayers(config.architecture as "t11").attention === 1;
  const product = (matrix: number[][], v: number[]) => matrix.map((row) => dot(row, v));
  const columns = (matrix: number[][], from: number, count: number) => matrix.map((row) => row.slice(from, from + count));
  return x.map((own, t) => {
    let result = new Array<number>(d).fill(0);
    for (let h = 0; h < heads; h++) {
      const size = d / heads;
      const rows = (name: string) => p[`W${l}.${name}`].slice(h * size, (h + 1) * size);
      const score = (key: number[]) =>
        merged
          ? dot(own, product(columns(p[`W${l}.QK`], h * d, d), key)) / Math.sqrt(d)
          : dot(product(rows("Q"), own), product(rows("K"), key)) / Math.sqrt(size);
      const scores = x.map((key, s) => (visible(t, s) ? Math.exp(score(key)) : 0));
      const total = scores.reduce((a, b) => a + b, 0);
      const out = merged ? columns(p[`W${l}.VO`], h * d, d) : columns(p[`W${l}.O`], h * size, size);
      x.forEach((key, s) => {
        const value = merged ? key : product(rows("V"), key);
        const weighed = product(out, value).map((v) => (v * scores[s]) / total);
        result = add(result, weighed);
      });
    }
    return result;
  });
}

function mlp(config: RunConfig, p: Named, l: number, x: number[]): number[] {
  const affine = (name: string, v: number[]) => p[`W${name}`].map((row, i) => dot(row, v) + p[`b${name}`][i][0]);
  return linearLayers(config.architecture as "t11").mlp === 1
    ? affine(`${l}`, x).map(relu)
    : affine(`${l}.2`, affine(`${l}.1`, x).map(relu));
}

const last = (tokens: Tokens) => tokens[tokens.length - 1];
const sum = (a: Tokens, b: Tokens) => a.map((token, t) => add(token, b[t]));
