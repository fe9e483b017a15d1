import type { TensorInfo } from "@tensorflow/tfjs";
import { type Batched, type Kernels, packed, type Rule, type Rules, reshape, shapeOf, spread } from "./rule.ts";
import { unroll } from "./unroll.ts";

type Inputs = Record<string, Batched | undefined>;
const isPacked = (x: Batched | undefined): boolean => x?.isPacked === true;

/** Images of all runs in one batch, where each image is computed by itself. [S, n, …] → [S · n, …] */
const together =
  (kernel: string, images: readonly string[]): Rule<Inputs> =>
  (k, inputs, attributes) => {
    const given: Record<string, TensorInfo> = {};
    for (const [name, x] of Object.entries(inputs)) if (x) given[name] = images.includes(name) ? inOneBatch(k, x) : x.info;
    const y = k.call(kernel, given, attributes);
    return packed(reshape(k, y, [k.runs, y.shape[0] / k.runs, ...y.shape.slice(1)]));
  };

function inOneBatch(k: Kernels, x: Batched): TensorInfo {
  const [n, ...rest] = shapeOf(x);
  return reshape(k, spread(k, x), [k.runs * n, ...rest]);
}

/** What is done after a grouped convolution, by the kernel's name. */
const activations: Record<string, string | null> = { linear: null, relu: "Relu" };

/**
 * One filter for all runs: one batch of images. A filter each: a convolution in groups, where the backend underneath has one
 * (workers/trace/kernels/convolution.ts), else run by run.
 */
const convolve =
  (kernel: string): Rule<Inputs> =>
  (k, inputs, attributes) => {
    const { x, filter, bias, preluActivationWeights } = inputs as Record<string, Batched>;
    const { activation = "linear" } = attributes as { activation?: string };
    const others = [filter, bias, preluActivationWeights];
    if (!others.some(isPacked)) return together(kernel, ["x"])(k, inputs, attributes);
    if (!(activation in activations) || !k.has("GroupedConv2D")) return unroll(kernel)(k, inputs, attributes);
    if (bias && shapeOf(bias).length !== 1) return unroll(kernel)(k, inputs, attributes);
    const given = { x: spread(k, x), filter: spread(k, filter), ...(bias && { bias: spread(k, bias) }) };
    const y = k.call("GroupedConv2D", given, attributes);
    const after = activations[activation];
    return packed(after ? k.call(after, { x: y }) : y);
  };

export const convolution: Rules = {
  Conv2D: convolve("Conv2D"),
  FusedConv2D: convolve("FusedConv2D"),
  MaxPool: together("MaxPool", ["x"]),
  AvgPool: together("AvgPool", ["x"]),
  MaxPoolGrad: together("MaxPoolGrad", ["dy", "input", "output"]),
  AvgPoolGrad: together("AvgPoolGrad", ["dy", "input"]),
};
