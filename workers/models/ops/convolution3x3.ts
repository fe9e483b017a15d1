import * as tf from "@tensorflow/tfjs";

/**
 * A 3×3 convolution with stride 1, zeros beyond the border and perhaps a bias, then perhaps ReLU, on maps [C, H, W, N], samples innermost:
 *
 *   y[o, h, w, n] = b[o] + Σ_{i, p, q} filter[o, i, p, q] · x[i, h + p − 1, w + q − 1, n],  the filter as a matrix [O, 9 I]
 *
 * In this layout a move by one column is a move by N places in rows of W·N. So it is one convolution of a single wide image by a
 * filter with holes, all passes over memory are contiguous, and features stay columns as in every other network. The gradient by x
 * is the same with the filter turned round; that by the filter is nine matrix products of shifted copies.
 *
 * @param x [I, H, W, N] @param filter [O, 9 I] @param bias [O, 1] or none @returns [O, H, W, N]
 */
export function convolution3x3(
  x: tf.Tensor4D,
  filter: tf.Tensor2D,
  bias: tf.Tensor2D | null,
  activation: "linear" | "relu" = "linear",
): tf.Tensor4D {
  const operation = tf.customGrad((...given) => {
    const save = given[given.length - 1];
    const [maps, weights] = [given[0] as tf.Tensor4D, given[1] as tf.Tensor2D];
    const offset = bias === null ? undefined : (given[2] as tf.Tensor2D);
    const square = [weights.shape[0], maps.shape[0], 3, 3];
    const value = convolve(maps, tf.transpose(tf.reshape(weights, square), [2, 3, 1, 0]), activation, offset);
    (save as tf.GradSaveFunc)(activation === "relu" ? [maps, weights, value] : [maps, weights]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, [mapsAgain, matrixAgain, y]: tf.Tensor[]) => {
        const gradient = (activation === "relu" ? tf.mul(dy, tf.step(y)) : dy) as tf.Tensor4D;
        const turned = tf.reverse(tf.reshape(matrixAgain, square), [2, 3]);
        return [
          convolve(gradient, tf.transpose(turned, [2, 3, 0, 1]), "linear"),
          filterGradient(mapsAgain as tf.Tensor4D, gradient),
          ...(bias === null ? [] : [tf.sum(tf.reshape(gradient, [square[0], -1]), 1, true)]),
        ];
      },
    };
  });
  return operation(...(bias === null ? [x, filter] : [x, filter, bias]));
}

/** @param kernel [3, 3, I, O] */
function convolve(x: tf.Tensor4D, kernel: tf.Tensor, activation: "linear" | "relu", bias?: tf.Tensor2D): tf.Tensor4D {
  const [inputs, height, width, samples] = x.shape;
  const y = tf.fused.conv2d({
    x: tf.transpose(tf.reshape(x, [1, inputs, height, width * samples]), [0, 2, 3, 1]) as tf.Tensor4D,
    filter: kernel as tf.Tensor4D,
    strides: 1,
    pad: "same",
    dilations: [1, samples],
    bias: bias && tf.reshape(bias, [-1]),
  });
  // ReLU right after the convolution, in its own layout, becomes part of it.
  const maps = tf.transpose(y, [0, 3, 1, 2]);
  return tf.reshape(activation === "relu" ? tf.relu(maps) : maps, [kernel.shape[3] as number, height, width, samples]);
}

/**
 * Σ over places and samples of dy[o, h − p + 1, w, n] · x[i, h, w + q − 1, n], as [O, 9 I]: three shifts of dy by rows, three of x
 * by columns.
 */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor2D {
  const [inputs, height, width, samples] = x.shape;
  const outputs = dy.shape[0];
  const length = height * width * samples;
  const byRows = shifts(tf.reshape(dy, [outputs, length]), width * samples).reverse();
  const byColumns = shifts(tf.reshape(x, [inputs * height, width * samples]), samples);
  const products = byRows.flatMap((a) =>
    byColumns.map((b) => tf.matMul(a, tf.reshape(b, [inputs, length]) as tf.Tensor2D, false, true)),
  );
  return tf.reshape(tf.stack(products, 2), [outputs, 9 * inputs]) as tf.Tensor2D;
}

/** For each row: row[· − places], row[·], row[· + places], with zeros outside. */
function shifts(rows: tf.Tensor2D, places: number): tf.Tensor2D[] {
  const padded = tf.pad(rows, [
    [0, 0],
    [places, places],
  ]);
  return [tf.slice(padded, [0, 0], rows.shape), rows, tf.slice(padded, [0, 2 * places], rows.shape)];
}
