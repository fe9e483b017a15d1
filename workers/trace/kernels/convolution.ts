import * as tf from "@tensorflow/tfjs";
import type { Sym, Symbolic } from "../graph/symbolic.ts";
import type { Inputs, Kernels } from "./kernel.ts";
import { activate } from "./matrices.ts";

/** TensorFlow.js keeps images as [n, h, w, c]; ONNX wants [n, c, h, w], its filters [out, in, h, w]. */
const toChannelsFirst = (s: Symbolic, x: Sym) => s.transpose(x, [0, 3, 1, 2]);
const toChannelsLast = (s: Symbolic, x: Sym) => s.transpose(x, [0, 2, 3, 1]);
const filterOf = (s: Symbolic, filter: Sym) => s.transpose(filter, [3, 2, 0, 1]);

interface Attributes {
  strides: number | [number, number];
  pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  dataFormat?: "NHWC" | "NCHW";
  dilations?: number | [number, number];
  dimRoundingMode?: "floor" | "round" | "ceil";
  filterSize?: number | [number, number];
  inputShape?: [number, number, number, number];
  filterShape?: [number, number, number, number];
}

type Four = [number, number, number, number];

function infoOf(x: readonly number[], filter: readonly number[], a: Attributes, depthwise = false) {
  if (a.dataFormat && a.dataFormat !== "NHWC")
    throw new Error(`convolutions with data format ${a.dataFormat} cannot be compiled yet`);
  return tf.backend_util.computeConv2DInfo(
    [...x] as Four,
    [...filter] as Four,
    a.strides,
    a.dilations ?? 1,
    a.pad,
    a.dimRoundingMode,
    depthwise,
    "channelsLast",
  );
}

type Info = ReturnType<typeof infoOf>;

const windowOf = ({ padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth, filterHeight, filterWidth }: Info) => ({
  kernel_shape: [filterHeight, filterWidth],
  strides: [strideHeight, strideWidth],
  dilations: [dilationHeight, dilationWidth],
  pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
});

const channelsFirst = ([n, h, w, c]: readonly number[]) => [n, c, h, w];

export function conv2d(s: Symbolic, x: Sym, filter: Sym, a: Attributes, bias?: Sym): Sym {
  const info = infoOf(x.shape, filter.shape, a);
  const inputs = [toChannelsFirst(s, x), filterOf(s, filter), ...(bias ? [bias] : [])];
  const y = s.node("Conv", inputs, channelsFirst(info.outShape), "float32", windowOf(info));
  return toChannelsLast(s, y);
}

/**
 * A convolution for each of S runs, as the groups of one. Not a kernel of TensorFlow.js' own: packs ask for it (workers/pack).
 * x [S, n, h, w, in], filter [S, p, q, in, out], bias [S, out] → [S, n, h', w', out]
 */
function groupedConv2d(s: Symbolic, { x, filter, bias }: { x: Sym; filter: Sym; bias?: Sym }, a: Attributes): Sym {
  const [runs, ...images] = x.shape;
  const info = infoOf(images, filter.shape.slice(1), a);
  const [n, h, w, inputs] = images;
  const [, height, width, outputs] = info.outShape;
  const { filterHeight, filterWidth } = info;
  const given = [
    s.reshape(s.transpose(x, [1, 0, 4, 2, 3]), [n, runs * inputs, h, w]),
    s.reshape(s.transpose(filter, [0, 4, 3, 1, 2]), [runs * outputs, inputs, filterHeight, filterWidth]),
    ...(bias ? [s.reshape(bias, [runs * outputs])] : []),
  ];
  const y = s.node("Conv", given, [n, runs * outputs, height, width], "float32", { ...windowOf(info), group: runs });
  return s.transpose(s.reshape(y, [n, runs, outputs, height, width]), [1, 0, 3, 4, 2]);
}

/** The gradient by x, a transposed convolution. */
function inputGradient(s: Symbolic, dy: Sym, weights: Sym, info: Info, group: number): Sym {
  const { padInfo: p, strideHeight, strideWidth } = info;
  const reach = (n: number, out: number, stride: number, size: number, before: number, after: number) =>
    n - ((out - 1) * stride + size - before - after);
  const extra = [
    reach(info.inHeight, info.outHeight, strideHeight, info.effectiveFilterHeight, p.top, p.bottom),
    reach(info.inWidth, info.outWidth, strideWidth, info.effectiveFilterWidth, p.left, p.right),
  ];
  const dx = s.node("ConvTranspose", [toChannelsFirst(s, dy), weights], channelsFirst(info.inShape), "float32", {
    ...windowOf(info),
    output_padding: extra,
    group,
  });
  return toChannelsLast(s, dx);
}

/**
 * The gradient by the filter, a convolution in which samples and channels change places: the images of one channel are convolved
 * with the gradients of one output channel, strides and dilations exchanged.
 */
function filterGradient(s: Symbolic, x: Sym, dy: Sym, info: Info): Sym {
  const { padInfo: p } = info;
  const images = s.transpose(x, [3, 0, 1, 2]); // [in, n, h, w]
  const kernels = s.transpose(dy, [3, 0, 1, 2]); // [out, n, h', w']
  const rows =
    Math.floor((info.inHeight + p.top + p.bottom - (info.outHeight - 1) * info.strideHeight - 1) / info.dilationHeight) + 1;
  const columns =
    Math.floor((info.inWidth + p.left + p.right - (info.outWidth - 1) * info.strideWidth - 1) / info.dilationWidth) + 1;
  const all = s.node("Conv", [images, kernels], [info.inChannels, info.outChannels, rows, columns], "float32", {
    kernel_shape: [info.outHeight, info.outWidth],
    strides: [info.dilationHeight, info.dilationWidth],
    dilations: [info.strideHeight, info.strideWidth],
    pads: [p.top, p.left, p.bottom, p.right],
  });
  const exact = s.node(
    "Slice",
    [all, s.graph.ints([0, 0]), s.graph.ints([info.filterHeight, info.filterWidth]), s.graph.ints([2, 3])],
    [info.inChannels, info.outChannels, info.filterHeight, info.filterWidth],
  );
  const kept = rows === info.filterHeight && columns === info.filterWidth ? all : exact;
  return s.transpose(kept, [2, 3, 0, 1]);
}

function depthwiseFilter(s: Symbolic, filter: Sym): Sym {
  const [h, w, channels, multiplier] = filter.shape;
  return s.reshape(s.transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, h, w]);
}

function pool(s: Symbolic, op: string, x: Sym, a: Attributes): Sym {
  const info = poolInfo(x.shape, a);
  const y = s.node(op, [toChannelsFirst(s, x)], channelsFirst(info.outShape), "float32", poolWindow(info, op));
  return toChannelsLast(s, y);
}

function poolInfo(x: readonly number[], a: Attributes) {
  return tf.backend_util.computePool2DInfo([...x] as Four, a.filterSize as number, a.strides, 1, a.pad, a.dimRoundingMode);
}

function poolWindow(info: Info, op: string) {
  const { dilations: _, ...window } = windowOf(info);
  return op === "AveragePool" ? { ...window, count_include_pad: 0 } : window;
}

/** Each gradient goes to the place its maximum came from (where several are equal, to the first). */
function maxPoolGradient(s: Symbolic, dy: Sym, x: Sym, a: Attributes): Sym {
  const info = poolInfo(x.shape, a);
  const outputs = [
    { shape: channelsFirst(info.outShape), dtype: "float32" as const },
    { shape: channelsFirst(info.outShape), dtype: "int64" as const },
  ];
  const [, places] = s.graph.nodes("MaxPool", [s.full(toChannelsFirst(s, x))], outputs, poolWindow(info, "MaxPool"));
  const size = x.shape.reduce((p, q) => p * q, 1);
  const count = dy.shape.reduce((p, q) => p * q, 1);
  const flat = s.reshape(toChannelsFirst(s, dy), [count]);
  const dx = s.node(
    "ScatterElements",
    [s.scalar(0, "float32", [size]), s.reshape(s.of(places), [count]), flat],
    [size],
    "float32",
    {
      axis: 0,
      reduction: "add",
    },
  );
  return toChannelsLast(s, s.reshape(dx, channelsFirst(info.inShape)));
}

function avgPoolGradient(s: Symbolic, dy: Sym, x: Sym, a: Attributes): Sym {
  const info = poolInfo(x.shape, a);
  const ones = s.scalar(1, "float32", channelsFirst(info.inShape));
  // How many values each mean was taken over: fewer at the border.
  const padded = Object.values(info.padInfo).some((p) => typeof p === "number" && p > 0);
  const area = info.filterHeight * info.filterWidth;
  const means = s.node("AveragePool", [ones], channelsFirst(info.outShape), "float32", {
    ...poolWindow(info, "AveragePool"),
    count_include_pad: 1,
  });
  const share = padded ? s.div(dy, s.mul(toChannelsLast(s, means), s.scalar(area))) : s.div(dy, s.scalar(area));
  const weights = s.scalar(1, "float32", [info.inChannels, 1, info.filterHeight, info.filterWidth]);
  return inputGradient(s, share, weights, info, info.inChannels);
}

type BatchNorm = Inputs<"x" | "mean" | "variance"> & { scale?: Sym; offset?: Sym };

/** One operator, which wants the channels first. x [n, C] */
function batchNormalization(s: Symbolic, x: Sym, each: readonly Sym[], epsilon: number): Sym {
  const [count, channels] = x.shape;
  const maps = s.reshape(s.transpose(x, [1, 0]), [1, channels, count]);
  const attributes = { epsilon: { float: epsilon } };
  const y = s.node("BatchNormalization", [maps, ...each], [1, channels, count], "float32", attributes);
  return s.transpose(s.reshape(y, [channels, count]), [1, 0]);
}

type Fused = Attributes & { activation: string; leakyreluAlpha: number };

export const convolution: Kernels = {
  Conv2D: (s, { x, filter }: Inputs<"x" | "filter">, a: Attributes) => conv2d(s, x, filter, a),
  GroupedConv2D: (s, inputs: { x: Sym; filter: Sym; bias?: Sym }, a: Attributes) => groupedConv2d(s, inputs, a),
  Conv2DBackpropInput: (s, { dy, filter }: Inputs<"dy" | "filter">, a: Attributes) => {
    const info = infoOf(a.inputShape as Four, filter.shape, a);
    return inputGradient(s, dy, filterOf(s, filter), info, 1);
  },
  Conv2DBackpropFilter: (s, { x, dy }: Inputs<"x" | "dy">, a: Attributes) =>
    filterGradient(s, x, dy, infoOf(x.shape, a.filterShape as Four, a)),
  FusedConv2D: (s, inputs: { x: Sym; filter: Sym; bias?: Sym; preluActivationWeights?: Sym }, a: Fused) => {
    // One number a channel is an input of Conv itself; a bias of another shape is added.
    const bias = inputs.bias?.shape.length === 1 && inputs.bias.shape[0] === inputs.filter.shape[3] ? inputs.bias : undefined;
    const y = conv2d(s, inputs.x, inputs.filter, a, bias);
    const sum = inputs.bias && !bias ? s.add(y, inputs.bias) : y;
    return activate(s, sum, a.activation, inputs.preluActivationWeights, a.leakyreluAlpha);
  },
  DepthwiseConv2dNative: (s, { x, filter }: Inputs<"x" | "filter">, a: Attributes) => {
    const info = infoOf(x.shape, filter.shape, a, true);
    const y = s.node("Conv", [toChannelsFirst(s, x), depthwiseFilter(s, filter)], channelsFirst(info.outShape), "float32", {
      ...windowOf(info),
      group: info.inChannels,
    });
    return toChannelsLast(s, y);
  },
  DepthwiseConv2dNativeBackpropInput: (s, { dy, filter }: Inputs<"dy" | "filter">, a: Attributes) => {
    const info = infoOf(a.inputShape as Four, filter.shape, a, true);
    return inputGradient(s, dy, depthwiseFilter(s, filter), info, info.inChannels);
  },
  MaxPool: (s, { x }: Inputs<"x">, a: Attributes) => pool(s, "MaxPool", x, a),
  AvgPool: (s, { x }: Inputs<"x">, a: Attributes) => pool(s, "AveragePool", x, a),
  MaxPoolGrad: (s, { dy, input }: Inputs<"dy" | "input">, a: Attributes) => maxPoolGradient(s, dy, input, a),
  AvgPoolGrad: (s, { dy, input }: Inputs<"dy" | "input">, a: Attributes) => avgPoolGradient(s, dy, input, a),
  FusedBatchNorm: (s, i: BatchNorm, { varianceEpsilon }: { varianceEpsilon: number }) => {
    const each = [i.scale, i.offset, i.mean, i.variance];
    const channels = i.x.shape[i.x.shape.length - 1];
    const areChannels = each.every((column) => column?.shape.length === 1 && column.shape[0] === channels);
    if (areChannels && i.x.shape.length === 2) return batchNormalization(s, i.x, each as Sym[], varianceEpsilon);
    const root = s.unary("Reciprocal", s.unary("Sqrt", s.add(i.variance, s.scalar(varianceEpsilon))));
    const scaled = s.mul(s.sub(i.x, i.mean), i.scale ? s.mul(root, i.scale) : root);
    return i.offset ? s.add(scaled, i.offset) : scaled;
  },
};
