/** What products are computed in: float32, or TF32, whose operands keep 10 bits of mantissa (CUDA's default for float32 products). */
export type Arithmetic = "float32" | "tf32";

const unit = { float32: 2 ** -24, tf32: 2 ** -11 };

/** What the rounding of a layer's features depends on. */
interface FeatureRounding {
  arithmetic: Arithmetic;
  /** Linear layers one after the other up to these features; 0 where the features are parameters, rounded when stored alone. */
  products: number;
  /** d, and the numbers of an input. */
  width: number;
  inputDimension: number;
}

/**
 * Mean squared error of a layer's features by rounding, relative to their mean square: η² = E‖ĥ − h‖²/E‖h‖².
 * In float32, with u = 2⁻²⁴: η² ≈ u² (2 + D/32 + l² (1/4 + d/170)): sums of D and of d products, and errors that later layers enlarge.
 * In TF32 each product's operands are rounded to u = 2⁻¹¹ besides: u² l/8 more.
 * The constants are fitted to residual networks against float64, and right within a factor of 10 at all widths, depths and inputs tried (tests/unit/workers/measure/numericFloor.test.ts).
 */
export function featureError({ arithmetic, products, width, inputDimension }: FeatureRounding): number {
  if (products === 0) return unit.float32 ** 2;
  const float32 = unit.float32 ** 2 * (2 + inputDimension / 32 + products ** 2 * (1 / 4 + width / 170));
  return arithmetic === "float32" ? float32 : float32 + (unit.tf32 ** 2 * products) / 8;
}

/** What turns an error of features into one of a metric. */
export interface FloorInput {
  /** η² of `featureError`. */
  errorSquared: number;
  /** norms.spread: (1/N) Σ‖h_i‖² / tr Σ_B, at least 1. */
  spread: number;
  classes: number;
  dim: number;
}

/**
 * The value below which a metric says nothing, as the rounding of features alone would make it so large, by how rounding reaches it.
 * With s the spread: the scatter over that between classes (NC1) η² s; over pairs of classes (CDNV) η² s (K−1)/(2K) and through a
 * pseudo-inverse η² s (K−1)²/(Kd), K times that where it is not divided by K, all for equidistant means; what is made of class means alone is linear in the error, η √s, and
 * of their Gram matrix 2 η √s; a cosine η²/2.
 */
export const floorFormulas = {
  scatter: (input) => input.errorSquared * input.spread,
  pairs: ({ errorSquared, spread, classes }) => (errorSquared * spread * (classes - 1)) / (2 * classes),
  pinv: ({ errorSquared, spread, classes, dim }) => (errorSquared * spread * (classes - 1) ** 2) / (classes * dim),
  pinvsum: ({ errorSquared, spread, classes, dim }) => (errorSquared * spread * (classes - 1) ** 2) / dim,
  means: (input) => Math.sqrt(input.errorSquared * input.spread),
  gram: (input) => 2 * Math.sqrt(input.errorSquared * input.spread),
  cosine: (input) => input.errorSquared / 2,
} satisfies Record<string, (input: FloorInput) => number>;
