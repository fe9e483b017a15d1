import type { ChartSeries, DropMark } from "../../../charts/chartTypes.ts";
import { readable } from "../../../text/shortNumber.ts";
import type { OptimumCurve } from "./layerPeeled.ts";

const lines = [
  { of: "head", label: "optimum, classifier rows, small classes", colour: "var(--arch-rn2)" },
  { of: "means", label: "optimum, class means, small classes", colour: "var(--arch-rn1)" },
] as const;

/** The optimum's mean cosines among the small classes over the ratio, dotted beside those that networks reached. */
export const optimumSeries = (curve: OptimumCurve | null): ChartSeries[] =>
  curve === null || curve.ratios.length === 0
    ? []
    : lines.map(({ of, label, colour }) => ({
        id: `optimum-${of}`,
        label,
        style: { colour, marker: "circle", dash: "1.5 4" },
        xs: curve.ratios,
        ys: curve.cosines.map((cosines) => cosines[of]),
        draw: "line",
        notes: curve.ratios.map(() => "optimum, solved numerically"),
      }));

/** r*, at and below which the small classes' vectors coincide at the optimum. */
export const thresholdMarks = (curve: OptimumCurve | null): DropMark[] =>
  curve === null || curve.threshold === null || curve.threshold >= 1
    ? []
    : [{ id: "threshold", x: curve.threshold, y: 1, label: `r* = ${readable(curve.threshold)}`, colour: "var(--arch-rn2)" }];

/** What the threshold is and how it was found, for the lines under the chart. */
export function thresholdText(curve: OptimumCurve | null): string | null {
  if (curve === null) return null;
  const { threshold, found, done } = curve;
  if (threshold === null)
    return done ? "at the optimum the small classes coincide at none of the ratios drawn" : "the optimum is being solved";
  if (threshold >= 1) return "at the optimum the small classes coincide at every ratio: the ridge is too strong for them";
  const how =
    found === "closed form"
      ? "r = a (t + (K − t) r)², a = λ_W λ_H n"
      : "numerically: the largest ratio at which the optimum's cosine is within 10⁻⁴ of 1, to 1 %";
  return `r* = ${readable(threshold)}: at and below it the small classes coincide at the layer-peeled model's optimum (${how})`;
}
