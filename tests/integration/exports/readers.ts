import { createHash } from "node:crypto";

/** Readers of our files, written from .readme/researcher/exports.md and from nothing else of the program. */

export interface Tensors {
  metadata: Record<string, string>;
  tensors: Record<string, { shape: number[]; values: number[] }>;
}

export function readSafetensors(bytes: Buffer): Tensors {
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...specs } = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, never>;
  const tensors: Tensors["tensors"] = {};
  for (const [name, spec] of Object.entries(specs)) {
    const { dtype, shape, data_offsets: at } = spec as { dtype: string; shape: number[]; data_offsets: [number, number] };
    const width = dtype === "F32" ? 4 : 8;
    const values: number[] = [];
    for (let from = 8 + length + at[0]; from < 8 + length + at[1]; from += width)
      values.push(
        dtype === "F32"
          ? bytes.readFloatLE(from)
          : dtype === "F64"
            ? bytes.readDoubleLE(from)
            : Number(bytes.readBigInt64LE(from)),
      );
    if (values.length !== shape.reduce((product, n) => product * n, 1)) throw new Error(`${name} is not of its shape`);
    tensors[name] = { shape, values };
  }
  return { metadata: metadata, tensors };
}

export interface CheckpointContent {
  step: number;
  config: unknown;
  arrays: Record<string, number[]>;
  layout: { name: string; shape: number[] }[];
}

export function readCheckpoint(bytes: Buffer): CheckpointContent {
  const [magic, text] = bytes.toString("latin1").split("\n", 2);
  if (magic !== "collapsar checkpoint 1") throw new Error(magic);
  const header = JSON.parse(Buffer.from(text, "latin1").toString("utf8"));
  const hash = createHash("sha256").update(bytes.subarray(0, -65)).digest("hex");
  if (`${hash}\n` !== bytes.subarray(-65).toString()) throw new Error("the sha256 at its end is another one");
  let at = magic.length + 1 + text.length + 1;
  const arrays: Record<string, number[]> = {};
  for (const { name, length } of header.arrays as { name: string; length: number }[]) {
    arrays[name] = Array.from({ length }, (_, i) => bytes.readFloatLE(at + 4 * i));
    at += 4 * length;
  }
  if (at !== bytes.length - 65) throw new Error("there is more than the header says");
  return { step: header.step, config: JSON.parse(header.config), arrays, layout: header.layout };
}

const rows = (values: number[], columns: number) =>
  Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const minus = (a: number[], b: number[]) => a.map((value, i) => value - b[i]);
const mean = (points: number[][]) => points[0].map((_, j) => points.reduce((sum, point) => sum + point[j], 0) / points.length);

/** NC1 = tr Σ_W / tr Σ_B, NC2 = min_c ‖WWᵀ − cE‖/‖WWᵀ‖, NC3 = 1 − mean cos(h_i, w_{y_i}), straight from their formulas. */
export function collapse({ tensors }: Tensors, split: string): { nc1: number; nc2: number; nc3: number; means: number[] } {
  const [classes, width] = tensors.W.shape;
  const head = rows(tensors.W.values, width);
  const features = rows(tensors[`${split}.features`].values, width);
  const labels = tensors[`${split}.labels`].values;
  const groups = Array.from({ length: classes }, (_, k) => features.filter((_, i) => labels[i] === k));
  const means = groups.map(mean);
  const centre = mean(means);
  const share = (k: number) => groups[k].length / features.length;
  const isBalanced = groups.every((group) => group.length === groups[0].length);
  if (!isBalanced) throw new Error("this reader is for equal classes");
  const within = groups.reduce(
    (sum, group, k) =>
      sum + (share(k) * group.reduce((s, h) => s + dot(minus(h, means[k]), minus(h, means[k])), 0)) / group.length,
    0,
  );
  const between = means.reduce((sum, mu, k) => sum + share(k) * dot(minus(mu, centre), minus(mu, centre)), 0);
  const gram = head.flatMap((a) => head.map((b) => dot(a, b)));
  const ideal = head.flatMap((_, k) => head.map((_, l) => (k === l ? 1 : 0) - 1 / classes));
  const c = Math.max(0, dot(gram, ideal) / dot(ideal, ideal));
  const rest = gram.map((value, i) => value - c * ideal[i]);
  const cos = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  return {
    nc1: within / between,
    nc2: Math.sqrt(dot(rest, rest) / dot(gram, gram)),
    nc3: 1 - features.reduce((sum, h, i) => sum + cos(h, head[labels[i]]), 0) / features.length,
    means: means.flat(),
  };
}
