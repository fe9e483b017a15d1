import * as tf from "@tensorflow/tfjs";

/**
 * Maps taken apart by even and odd rows and columns, with a border of zeros: what convolutions of stride 2 read. The place (i, j) of
 * plane (a, b) is the pixel (2i + a − 1, 2j + b − 1).
 */
export interface Planes {
  /** [C, ⌈H/2⌉ + 1, ⌈W/2⌉ + 1, N], in the order (0,0), (0,1), (1,0), (1,1). */
  planes: tf.Tensor4D[];
  rows: number;
  columns: number;
}

/** @param x [C, H, W, N] */
export function takeApart(x: tf.Tensor4D): Planes {
  const [channels, height, width, samples] = x.shape;
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const padded = tf.pad(x, [
    [0, 0],
    [1, 2 * rows + 1 - height],
    [1, 2 * columns + 1 - width],
    [0, 0],
  ]);
  const apart = tf.reshape(padded, [channels, rows + 1, 2, columns + 1, 2 * samples]);
  // Each step halves what the next one cuts: a slice has a gradient by the inputs, a strided slice has none.
  const planes = tf.unstack(apart, 2).flatMap((line) => tf.split(line, 2, 3)) as tf.Tensor4D[];
  return { planes, rows, columns };
}

/** Every second pixel of the maps, from the first one on. [C, H, W, N] → [C, ⌈H/2⌉, ⌈W/2⌉, N] */
export const everySecond = (apart: Planes): tf.Tensor4D => place(apart, 1, 1);

/** The pixels (2i + p − 1, 2j + q − 1). */
function place({ planes, rows, columns }: Planes, p: number, q: number): tf.Tensor4D {
  const plane = planes[2 * (p & 1) + (q & 1)];
  return tf.slice(plane, [0, p >> 1, q >> 1, 0], [plane.shape[0], rows, columns, plane.shape[3]]);
}

/**
 * A 3×3 convolution with stride 2, zeros beyond the border and perhaps a bias: one matrix product with the patches.
 * @param filter [O, 9 C], columns in the order channel, row, column @param bias [O, 1] or none @returns [O, ⌈H/2⌉, ⌈W/2⌉, N]
 */
export function stridedConvolution(apart: Planes, filter: tf.Tensor2D, bias: tf.Tensor2D | null): tf.Tensor4D {
  const [channels, , , samples] = apart.planes[0].shape;
  const parts = [0, 1, 2].flatMap((p) => [0, 1, 2].map((q) => tf.reshape(place(apart, p, q), [channels, -1])));
  const patches = tf.reshape(tf.stack(parts, 1), [9 * channels, -1]);
  const product = tf.matMul(filter, patches);
  return tf.reshape(bias ? tf.add(product, bias) : product, [filter.shape[0], apart.rows, apart.columns, samples]);
}

/** A 1×1 convolution without a bias. @param x [C, H, W, N] @param filter [O, C] @returns [O, H, W, N] */
export function pointwiseConvolution(x: tf.Tensor4D, filter: tf.Tensor2D): tf.Tensor4D {
  const [channels, ...places] = x.shape;
  return tf.reshape(tf.matMul(filter, tf.reshape(x, [channels, -1])), [filter.shape[0], ...places]) as tf.Tensor4D;
}
