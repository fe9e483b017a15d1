import { z } from "zod";

/**
 * ce: cross entropy, also with smoothed labels; mse: squared error; focal: focal loss (Lin et al. 2017); dot-regression: (⟨w_y, h⟩ − √d)²/(2√d)
 * beside a fixed simplex of unit rows (Yang et al. 2022, arXiv 2203.09081, where E_W = 1 and E_H = d).
 */
export const lossNames = ["ce", "mse", "focal", "dot-regression"] as const;
export const loss = z.enum(lossNames);
export type Loss = z.infer<typeof loss>;

/** ε of label smoothing: the target is (1 − ε) e_y + ε/K. */
export const smoothing = z
  .number()
  .min(0, "label smoothing ε must be at least 0 (plain cross entropy)")
  .max(0.99, "label smoothing ε must be at most 0.99: at 1 the labels no longer matter");
/** γ of the focal loss. */
export const gamma = z
  .number()
  .min(0, "γ of the focal loss must be at least 0 (plain cross entropy)")
  .max(10, "γ of the focal loss must be at most 10");

/** One value of a grid's loss axis: a name, or a name with its number. */
export const lossConfig = z.union(
  [
    z.enum(["ce", "mse", "dot-regression"]),
    z.discriminatedUnion("name", [
      z.strictObject({ name: z.literal("ce"), smoothing: smoothing.default(0.1) }),
      z.strictObject({ name: z.literal("focal"), gamma: gamma.default(2) }),
    ]),
  ],
  {
    error: ({ input }) =>
      `${JSON.stringify(input) ?? "nothing"} is no loss: choose "ce", "mse", "dot-regression", { name: "ce", smoothing: 0.1 } or { name: "focal", gamma: 2 }`,
  },
);
export type LossConfig = z.infer<typeof lossConfig>;

/** The loss of a run: its name, with the number that belongs to it. */
export interface RunLoss {
  loss: Loss;
  /** Of cross entropy; absent = 0. */
  smoothing?: number;
  /** Of the focal loss. */
  gamma?: number;
  /** d: features of dot regression are aimed at √d along their row. */
  width?: number;
}

/** An axis' value as the fields of a run, and back. */
export function lossOfRun(entry: LossConfig): RunLoss {
  if (typeof entry === "string") return { loss: entry };
  return entry.name === "ce" ? { loss: "ce", smoothing: entry.smoothing } : { loss: "focal", gamma: entry.gamma };
}
export function lossOfGrid({ loss: name, smoothing: epsilon, gamma: exponent }: RunLoss): LossConfig {
  if (name === "focal") return { name, gamma: exponent ?? 0 };
  return name === "ce" && epsilon !== undefined ? { name, smoothing: epsilon } : name;
}

const short: Record<Loss, string> = { ce: "CE", mse: "MSE", focal: "focal", "dot-regression": "dot regression" };
const long: Record<Loss, string> = {
  ce: "cross entropy",
  mse: "squared error",
  focal: "focal loss",
  "dot-regression": "dot regression",
};

/** "CE, smoothing 0.1" */
export const lossLabel = (config: RunLoss): string => withNumber(short[config.loss], config);
/** "cross entropy, smoothing 0.1" */
export const lossText = (config: RunLoss): string => withNumber(long[config.loss], config);

function withNumber(name: string, { smoothing: epsilon, gamma: exponent }: RunLoss): string {
  if (epsilon !== undefined) return `${name}, smoothing ${epsilon}`;
  return exponent === undefined ? name : `${name}, γ ${exponent}`;
}
