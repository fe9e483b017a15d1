import type { MetricId } from "./metricIds.ts";

/** What products are computed in: float32, or TF32, whose operands keep 10 bits of mantissa (CUDA's default for float32 products). */
export type Arithmetic = "float32" | "tf32";

const unit = { float32: 2 ** -24, tf32: 2 ** -11 };

/** What the rounding of a layer's features depends on. */
export interface FeatureRounding {
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
 * The value below which a metric says nothing, as the rounding of features alone would make it so large. With s the spread:
 * nc1.ratio η² s; nc1.cdnv η² s (K−1)/(2K); nc1.pinv η² s (K−1)²/(Kd), both for equidistant means; those of class means alone are
 * linear in the error, η √s (frame and etf of a Gram matrix: 2 η √s); nc3.cosine η²/2; nc3.duality η √s.
 * null for metrics whose rounding features do not decide: shares of samples, and those of the classifier, which is its own numbers.
 * @param ofClassifier whether frame and etf are of the classifier, as at the last layer
 */
export function metricFloor(id: MetricId, input: FloorInput, ofClassifier: boolean): number | null {
  const { errorSquared, spread, classes, dim } = input;
  const ofScatter = errorSquared * spread;
  const ofMeans = Math.sqrt(ofScatter);
  switch (id) {
    case "nc1.ratio":
      return ofScatter;
    case "nc1.cdnv":
      return (ofScatter * (classes - 1)) / (2 * classes);
    case "nc1.pinv":
      return (ofScatter * (classes - 1) ** 2) / (classes * dim);
    case "nc2.frame":
    case "nc2.frame.orthogonal":
    case "nc2.etf":
      return ofClassifier ? null : 2 * ofMeans;
    case "nc2.mframe":
    case "nc2.mframe.orthogonal":
    case "nc2.metf":
      return 2 * ofMeans;
    case "nc2.norms":
    case "nc2.angles":
    case "nc3.duality":
      return ofMeans;
    case "nc3.cosine":
      return errorSquared / 2;
    default:
      return null;
  }
}
