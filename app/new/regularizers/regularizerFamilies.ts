import { type Regularizer, regularizer, regularizerFamilies } from "../../../contract/config/regularizer.ts";
import { readNumber } from "../../numbers/readNumber.ts";

type Family = Regularizer["family"];
type FeaturesRegularizer = Extract<Regularizer, { family: "features" }>;

interface RegularizerText {
  title: string;
  short: string;
  about: string;
  /** What is added to the fit, in LaTeX; undefined: nothing is. */
  tex?: (config: Regularizer) => string;
}

/** How the families are called and explained. */
export const regularizerTexts: Record<Family, RegularizerText> = {
  weights: {
    title: "Ridge on the weights",
    short: "ridge on the weights",
    about:
      "All weight matrices except the embedding, which an MLP does not have, as part of the gradient; features are bounded by LayerNorm. The objective of the theory, with an optimum L*.",
    tex: (config) => {
      if (config.family !== "weights") return "";
      const lambda = config.scaling === "inverse-depth" ? "\\frac{\\lambda}{2L}" : "\\frac\\lambda2";
      const others = config.decayed === "all" ? ` + ${lambda}\\sum_j b_j^2` : "";
      return config.objective === "uniform"
        ? `${lambda}\\sum_{l\\le L}\\lVert W_l\\rVert^2${others}`
        : `${lambda}\\sum_{l<L}\\lVert W_l\\rVert^2 + \\frac{\\lambda_L}2\\lVert W_L\\rVert^2${others}`;
    },
  },
  features: {
    title: "Ridge on the features",
    short: "ridge on the features",
    about:
      "The classic unconstrained-features objective: the last features of all N training samples are penalized instead of normalized; the hidden weights are free, or have a λ of their own. Of deep free features (Deep UFM) H lies below all layers. Under a head alone only the product of n and both ridges decides how far it collapses.",
    tex: (config) =>
      `\\frac{\\lambda_W}2\\lVert W_L\\rVert^2 + \\frac{\\lambda_H}2\\lVert H\\rVert^2${config.family === "features" && config.lambdaHidden !== undefined ? " + \\sum_{l<L}\\frac{\\lambda_l}2\\lVert W_l\\rVert^2" : ""}${config.family === "features" && config.lambdaB > 0 ? " + \\frac{\\lambda_b}2\\lVert b\\rVert^2" : ""}`,
  },
  slack: {
    title: "Slack to a frame",
    short: "slack",
    about:
      "The head is pulled towards a frame through slack variables S, with the scale c ≥ 0 free. ρ = 0 is the plain ridge, ρ → ∞ a hard frame.",
    tex: (config) =>
      `\\frac\\lambda2\\sum_{l\\le L}\\lVert W_l\\rVert^2 + \\frac\\rho2\\lVert S\\rVert^2,\\quad W_L W_L^{\\!\\top} = c\\,${config.family === "slack" && config.frame === "orthogonal" ? "I" : "(I - \\tfrac1K\\mathbf 1\\mathbf 1^{\\!\\top})"} + S`,
  },
  adamw: {
    title: "AdamW decay (control)",
    short: "AdamW",
    about:
      "As studies before the optimizers' coupled share said a share of 0. Decoupled decay optimizes something other than the theory's objective: no L*, no gap.",
  },
  none: { title: "None (control)", short: "no decay", about: "No decay: no L*, no gap." },
};

/** The strength of one family is kept by another one where it has the same meaning. */
export function withFamily(config: Regularizer, family: Family): Regularizer {
  if (family === config.family) return config;
  const lambda = "lambda" in config ? config.lambda : config.family === "features" ? config.lambdaW : 0.005;
  if (family === "none") return { family };
  return regularizer.parse(family === "features" ? { family } : { family, lambda: finite(lambda) ? lambda : 0.005 });
}

/** The last one again, half as strong, or with ten times its ρ: a sweep is built by a few clicks. */
export function anotherRegularizer(regularizers: readonly Regularizer[]): Regularizer {
  const last = regularizers.at(-1);
  switch (last?.family) {
    case "weights":
    case "adamw":
      return { ...last, lambda: half(last.lambda) };
    case "features":
      return { ...last, lambdaW: half(last.lambdaW), lambdaH: half(last.lambdaH, 1e-5) };
    case "slack":
      return { ...last, rho: finite(last.rho) && last.rho > 0 ? Math.min(1e6, rounded(last.rho * 10)) : 0.1 };
    default:
      return regularizer.parse({ family: "weights" });
  }
}

/** "0.01", or "0.01 0.02 0.005" of the layers in turn; nothing = no ridge. What is no number is passed on as NaN, for the schema to refuse. */
export function readHiddenRidge(text: string): number | number[] | undefined {
  const read = text
    .split(/[\s;]+/)
    .filter((part) => part !== "")
    .map((part) => {
      const found = readNumber(part);
      return "problem" in found || found.value === null ? Number.NaN : found.value;
    });
  return read.length > 1 ? read : read[0];
}

/** An empty field is no key at all, as in configs that never had one. */
export function withHiddenRidge(config: FeaturesRegularizer, lambdaHidden: number | number[] | undefined): FeaturesRegularizer {
  const { lambdaHidden: _, ...rest } = config;
  return lambdaHidden === undefined ? rest : { ...rest, lambdaHidden };
}

/** One of each family that is not there yet, for a comparison of them all. */
export function everyFamily(regularizers: readonly Regularizer[]): Regularizer[] {
  const first = regularizers[0] ?? regularizer.parse({ family: "weights" });
  return (
    regularizerFamilies
      // Decoupled decay is said as a share of the optimizer's.
      .filter((family) => family !== "adamw" && regularizers.every((one) => one.family !== family))
      .map((family) => withFamily(first, family))
  );
}

const finite = (value: number | null): value is number => value !== null && Number.isFinite(value);
const rounded = (value: number) => Number(value.toPrecision(6));
const half = (value: number, otherwise = 0.005) => (finite(value) && value > 0 ? rounded(value / 2) : otherwise);
