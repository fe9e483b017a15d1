import { classifierIn } from "../config/classifier.ts";
import type { RunConfig } from "../config/runConfig.ts";

type Objective = Pick<RunConfig, "regularizer" | "loss" | "headBias" | "classifier"> &
  Partial<Pick<RunConfig, "architecture" | "activation">>;

/**
 * The smallest width at which L* is known for an objective: K − 1 dimensions for a simplex (cross entropy, or squared error with a
 * last bias), K for an orthogonal frame, one more where LayerNorm takes one away; K + 2 where a slack has no closed form (unequal
 * classes, or another frame than the loss's own). Of deep free features it is known under linear layers and squared error. null where
 * no width has an optimum.
 * @param counts training samples of each class [K]
 */
export function neededWidth(objective: Objective, counts: readonly number[]): number | null {
  const { regularizer, loss, headBias, architecture, activation } = objective;
  const classes = counts.length;
  const classifier = classifierIn(objective);
  if (classifier?.name === "linear" && classifier.layers > 1) return null;
  if (classifier?.name === "fixed-simplex" && regularizer.family !== "adamw")
    return regularizer.family === "features" ? classes - 1 : classes;
  const isPenalized = regularizer.family === "features" && regularizer.lambdaB > 0;
  const own = loss !== "mse" || (headBias && !isPenalized) ? "simplex" : "orthogonal";
  if (architecture === "dufm" && (loss !== "mse" || activation === "relu" || (headBias && isPenalized))) return null;
  switch (regularizer.family) {
    case "none":
    case "adamw":
      return null;
    case "features":
      return own === "simplex" ? classes - 1 : classes;
    case "slack":
      if (regularizer.rho > 0 && !(regularizer.frame === own && counts.every((n) => n === counts[0]))) return classes + 2;
      break;
    case "weights":
      break;
  }
  return own === "simplex" ? classes : classes + 1;
}
