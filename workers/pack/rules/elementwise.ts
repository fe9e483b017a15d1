import { aligned, type Batched, type Named, packed, type Rule, type Rules, rankOf, shapeOf, spread } from "./rule.ts";

/** Every number by itself: nothing changes. */
const each =
  (kernel: string): Rule<Named<"x">> =>
  (k, { x }, attributes) =>
    packed(k.call(kernel, { x: x.info }, attributes));

/** Two or more tensors that broadcast against each other. */
const between =
  (kernel: string): Rule<Record<string, Batched>> =>
  (k, inputs, attributes) => {
    const rank = Math.max(...Object.values(inputs).map(rankOf));
    const given = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, aligned(k, x, rank)]));
    return packed(k.call(kernel, given, attributes));
  };

/** Tensors of the same shape. */
const alike =
  (kernel: string): Rule<Record<string, Batched>> =>
  (k, inputs, attributes) =>
    packed(k.call(kernel, Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, spread(k, x)])), attributes));

/** The same number everywhere, whatever the runs hold. */
const uniform =
  (value: number): Rule<Named<"x">> =>
  (k, { x }) => ({
    info: k.call("Fill", {}, { shape: shapeOf(x), value, dtype: x.info.dtype }),
    isPacked: false,
  });

const named = (kernels: readonly string[], rule: (kernel: string) => Rule): Rules =>
  Object.fromEntries(kernels.map((kernel) => [kernel, rule(kernel)]));

export const elementwise: Rules = {
  ...named(
    [
      ...["Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cast", "Ceil", "ClipByValue", "Cos", "Cosh", "Elu", "Erf"],
      ...["Exp", "Expm1", "Floor", "Identity", "IsFinite", "IsInf", "IsNan", "LeakyRelu", "Log", "Log1p", "LogicalNot", "Neg"],
      ...["Reciprocal", "Relu", "Relu6", "Round", "Rsqrt", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Sqrt"],
      ...["Square", "Step", "Tan", "Tanh", "Widen", "Narrow"],
    ],
    each,
  ),
  ...named(
    [
      ...["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "Pow", "FloorDiv", "Mod", "SquaredDifference"],
      ...["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalOr", "Prelu"],
    ],
    between,
  ),
  EluGrad: alike("EluGrad"),
  AddN: (k, inputs: Batched[]) => packed(inputs.map((x) => spread(k, x)).reduce((a, b) => k.call("Add", { a, b }))),
  Select: alike("Select"),
  ZerosLike: uniform(0),
  OnesLike: uniform(1),
};
