import { type Dtype, scalarOf } from "../graph/graph.ts";
import type { Sym, Symbolic } from "../graph/symbolic.ts";
import type { Inputs, Kernel, Kernels } from "./kernel.ts";

type X = Inputs<"x">;
type AB = Inputs<"a" | "b">;

/** Kernels that are one ONNX operator. */
const same =
  (op: string): Kernel =>
  (s: Symbolic, { x }: X) =>
    s.unary(op, x);
const pair =
  (op: string): Kernel =>
  (s: Symbolic, { a, b }: AB) =>
    s.binary(op, a, b);
const compare =
  (op: string): Kernel =>
  (s: Symbolic, { a, b }: AB) =>
    s.binary(op, a, b, "bool");

/** Large enough that its product with any normal positive number is at least 1, so that HardSigmoid becomes a step. */
const STEEP = 3e38;

/**
 * 1 where x > 0, else `alpha`. A relu's gradient reads its output, which is there anyway, not its input: product, bias and relu
 * stay one operator then. One steep HardSigmoid is one pass over memory; Greater and Cast are two.
 */
function step(s: Symbolic, x: Sym, alpha: number): Sym {
  const relu = s.graph.find("Relu", [x.value], x.value);
  const source = s.cast(relu ? { ...x, value: relu } : x, "float32");
  const positive = s.unary("HardSigmoid", source, "float32", { alpha: { float: STEEP }, beta: { float: 0 } });
  return alpha === 0 ? positive : s.add(s.mul(positive, s.scalar(1 - alpha)), s.scalar(alpha));
}

/** b to the power of a constant: squares and roots are faster than Pow, and right for negative bases. */
function power(s: Symbolic, a: Sym, b: Sym): Sym {
  const exponent = scalarOf(b.value);
  if (a.value.dtype === "float32" && exponent !== undefined && a.shape.length >= b.shape.length) {
    if (exponent === 1) return a;
    if (exponent === 2) return s.mul(a, a);
    if (exponent === 0.5) return s.unary("Sqrt", a);
    if (exponent === -1) return s.unary("Reciprocal", a);
  }
  return s.binary("Pow", a, b);
}

/** Rounds down, as TensorFlow.js does; ONNX' integer division truncates. */
function floorDiv(s: Symbolic, a: Sym, b: Sym): Sym {
  return s.unary("Floor", s.div(s.cast(a, "float32"), s.cast(b, "float32")));
}

function select(s: Symbolic, condition: Sym, then: Sym, otherwise: Sym): Sym {
  const [t, e] = s.alike(then, otherwise);
  const aligned =
    condition.shape.length === 1 && t.shape.length > 1
      ? s.reshape(condition, [condition.shape[0], ...t.shape.slice(1).map(() => 1)])
      : condition;
  const value = s.graph.node("Where", [s.full(s.cast(aligned, "bool")), t.value, s.full(e)], {
    shape: t.shape,
    dtype: t.value.dtype,
  });
  return s.of(value);
}

const flag =
  (op: "IsNaN" | "IsInf"): Kernel =>
  (s: Symbolic, { x }: X) =>
    s.unary(op, x, "bool");
const not = (s: Symbolic, x: Sym): Sym => s.unary("Not", x, "bool");
const alphaOf = (alpha: number) => ({ alpha: { float: alpha } });

export const elementwise: Kernels = {
  Abs: same("Abs"),
  Acos: same("Acos"),
  Acosh: same("Acosh"),
  Asin: same("Asin"),
  Asinh: same("Asinh"),
  Atan: same("Atan"),
  Atanh: same("Atanh"),
  Ceil: same("Ceil"),
  Cos: same("Cos"),
  Cosh: same("Cosh"),
  Erf: same("Erf"),
  Exp: same("Exp"),
  Floor: same("Floor"),
  Log: same("Log"),
  Reciprocal: same("Reciprocal"),
  Relu: same("Relu"),
  Round: same("Round"),
  Sigmoid: same("Sigmoid"),
  Sin: same("Sin"),
  Sinh: same("Sinh"),
  Softplus: same("Softplus"),
  Sqrt: same("Sqrt"),
  Tan: same("Tan"),
  Tanh: same("Tanh"),
  Identity: (_s, { x }: X) => x,
  Neg: (s, { x }: X) => s.neg(x),
  Square: (s, { x }: X) => s.mul(x, x),
  Rsqrt: (s, { x }: X) => s.unary("Reciprocal", s.unary("Sqrt", x)),
  Expm1: (s, { x }: X) => s.sub(s.unary("Exp", x), s.scalar(1)),
  Log1p: (s, { x }: X) => s.unary("Log", s.add(x, s.scalar(1))),
  Step: (s, { x }: X, { alpha }: { alpha: number }) => step(s, x, alpha),
  // Sign falls off ONNX Runtime's WebGPU provider; comparisons do not.
  Sign: (s, { x }: X) =>
    s.sub(
      s.cast(s.binary("Greater", x, s.number(0, x), "bool"), x.value.dtype),
      s.cast(s.binary("Less", x, s.number(0, x), "bool"), x.value.dtype),
    ),
  Relu6: (s, { x }: X) => s.binary("Min", s.unary("Relu", x), s.scalar(6)),
  Elu: (s, { x }: X) => s.unary("Elu", x, "float32", alphaOf(1)),
  EluGrad: (s, { dy, y }: Inputs<"dy" | "y">) => s.mul(dy, s.add(s.binary("Min", y, s.scalar(0)), s.scalar(1))),
  Selu: (s, { x }: X) => s.unary("Selu", x),
  LeakyRelu: (s, { x }: X, { alpha }: { alpha: number }) => s.unary("LeakyRelu", x, "float32", alphaOf(alpha)),
  Prelu: (s, { x, alpha }: Inputs<"x" | "alpha">) => s.add(s.unary("Relu", x), s.mul(alpha, s.binary("Min", x, s.scalar(0)))),
  ClipByValue: (s, { x }: X, { clipValueMin, clipValueMax }: { clipValueMin: number; clipValueMax: number }) =>
    s.binary("Min", s.binary("Max", x, s.number(clipValueMin, x)), s.number(clipValueMax, x)),
  Cast: (s, { x }: X, { dtype }: { dtype: Dtype }) =>
    s.cast(x, dtype === "float32" && x.value.dtype === "float64" ? "float64" : dtype),
  Widen: (s, { x }: X) => s.cast(x, "float64"),
  Narrow: (s, { x }: X) => s.cast(x, "float32"),
  IsNan: flag("IsNaN"),
  IsInf: flag("IsInf"),
  IsFinite: (s, { x }: X) => not(s, s.binary("Or", s.unary("IsNaN", x, "bool"), s.unary("IsInf", x, "bool"), "bool")),

  Add: (s, { a, b }: AB) => s.add(a, b),
  Sub: (s, { a, b }: AB) => s.sub(a, b),
  Multiply: pair("Mul"),
  RealDiv: (s, { a, b }: AB) => s.div(a, b),
  Maximum: pair("Max"),
  Minimum: pair("Min"),
  Pow: (s, { a, b }: AB) => power(s, a, b),
  FloorDiv: (s, { a, b }: AB) => s.cast(floorDiv(s, a, b), "int32"),
  Mod: (s, { a, b }: AB) => s.sub(a, s.mul(s.cast(floorDiv(s, a, b), a.value.dtype), b)),
  SquaredDifference: (s, { a, b }: AB) => {
    const difference = s.sub(a, b);
    return s.mul(difference, difference);
  },
  AddN: (s, inputs: Sym[]) => inputs.reduce((sum, x) => s.add(sum, x)),

  Equal: compare("Equal"),
  NotEqual: (s, { a, b }: AB) => not(s, s.binary("Equal", a, b, "bool")),
  Greater: compare("Greater"),
  GreaterEqual: compare("GreaterOrEqual"),
  Less: compare("Less"),
  LessEqual: compare("LessOrEqual"),
  LogicalAnd: compare("And"),
  LogicalOr: compare("Or"),
  LogicalXor: compare("Xor"),
  LogicalNot: (s, { x }: X) => not(s, x),
  Select: (s, { condition, t, e }: Inputs<"condition" | "t" | "e">) => select(s, condition, t, e),
};
