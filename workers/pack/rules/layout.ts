import { slice_util } from "@tensorflow/tfjs";
import { type Batched, type Named, packed, packedAxis, type Rules, rankOf, reshape, shapeOf, sizeOf, spread } from "./rule.ts";

type X = Named<"x">;

function inferred(shape: readonly number[], size: number): number[] {
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  return shape.map((n) => (n === -1 ? size / known : n));
}

interface Strided {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
}

/** Masks have a bit an axis. */
const shifted = (mask: number | undefined): number => (mask ?? 0) << 1;

export const layout: Rules = {
  Reshape: (k, { x }: X, { shape }: { shape: number[] }) =>
    packed(k.call("Reshape", { x: x.info }, { shape: [k.runs, ...inferred(shape, sizeOf(shapeOf(x)))] })),
  ExpandDims: (k, { input }: Named<"input">, { dim }: { dim: number }) => {
    const own = shapeOf(input);
    return packed(reshape(k, input.info, [k.runs, ...own.toSpliced(dim < 0 ? own.length + dim + 1 : dim, 0, 1)]));
  },
  Transpose: (k, { x }: X, { perm }: { perm: number[] }) =>
    packed(k.call("Transpose", { x: x.info }, { perm: [0, ...perm.map((axis) => axis + 1)] })),
  Slice: (k, { x }: X, { begin, size }: { begin: number[]; size: number[] }) => {
    const [from, sizes] = slice_util.parseSliceParams({ shape: shapeOf(x) } as never, begin, size);
    return packed(k.call("Slice", { x: x.info }, { begin: [0, ...from], size: [k.runs, ...sizes] }));
  },
  StridedSlice: (k, { x }: X, a: Strided) =>
    packed(
      k.call(
        "StridedSlice",
        { x: x.info },
        {
          begin: [0, ...a.begin],
          end: [k.runs, ...a.end],
          strides: [1, ...a.strides],
          beginMask: shifted(a.beginMask),
          endMask: shifted(a.endMask),
          ellipsisMask: shifted(a.ellipsisMask),
          newAxisMask: shifted(a.newAxisMask),
          shrinkAxisMask: shifted(a.shrinkAxisMask),
        },
      ),
    ),
  Concat: (k, parts: Batched[], { axis }: { axis: number }) =>
    packed(
      k.call(
        "Concat",
        parts.map((part) => spread(k, part)),
        { axis: packedAxis(axis, rankOf(parts[0])) },
      ),
    ),
  Pack: (k, parts: Batched[], { axis }: { axis: number }) =>
    packed(
      k.call(
        "Pack",
        parts.map((part) => spread(k, part)),
        { axis: packedAxis(axis, rankOf(parts[0]) + 1) },
      ),
    ),
  Unpack: (k, { value }: Named<"value">, { axis }: { axis: number }) =>
    k.callAll("Unpack", { value: value.info }, { axis: packedAxis(axis, rankOf(value)) }).map(packed),
  SplitV: (k, { x }: X, { numOrSizeSplits, axis }: { numOrSizeSplits: number | number[]; axis: number }) =>
    k.callAll("SplitV", { x: x.info }, { numOrSizeSplits, axis: packedAxis(axis, rankOf(x)) }).map(packed),
  PadV2: (k, { x }: X, { paddings, constantValue }: { paddings: [number, number][]; constantValue: number }) =>
    packed(k.call("PadV2", { x: x.info }, { paddings: [[0, 0], ...paddings], constantValue })),
  MirrorPad: (k, { x }: X, { paddings, mode }: { paddings: [number, number][]; mode: string }) =>
    packed(k.call("MirrorPad", { x: x.info }, { paddings: [[0, 0], ...paddings], mode })),
  Tile: (k, { x }: X, { reps }: { reps: number[] }) => packed(k.call("Tile", { x: x.info }, { reps: [1, ...reps] })),
  Reverse: (k, { x }: X, { dims }: { dims?: number | number[] }) => {
    const rank = rankOf(x);
    const axes = [dims ?? Array.from({ length: rank }, (_, i) => i)].flat();
    return packed(k.call("Reverse", { x: x.info }, { dims: axes.map((axis) => packedAxis(axis, rank)) }));
  },
};
