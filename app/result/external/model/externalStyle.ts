import { type LineStyle, markers, shadedColour } from "../../../charts/lineStyle.ts";
import { type ConfigKey, configValue, valueId, type WithValues } from "./configKeys.ts";

/** Hues that stay apart, also as colour-blind eyes see them. */
const hues = ["rn1", "rn2", "t11", "t21", "t12", "conv", "t22"] as const;
const dashes = ["", "8 3.5", "3 2.5", "10 3 2 3"];

/** The colour of what has nothing to be told apart from. @param shade 0 … 1 */
export const plainShade = (shade: number): string => shadedColour({ architecture: "rn1", normalization: "post-ln" }, shade);

/**
 * Styles of lines that differ in some keys: the hue by the categories, the lightness by the first number, the marker by the second (or else
 * the first); by the values' places among all of the study's, so that a run looks the same in all its charts.
 */
export function externalStyles(all: readonly ConfigKey[], keys: readonly string[]): (run: WithValues) => LineStyle {
  const used = keys.flatMap((name) => all.find(({ key }) => key === name) ?? []).filter((key) => key.varies && !key.isSeed);
  const categories = used.filter(({ kind }) => kind === "category");
  const numbers = used.filter(({ kind }) => kind === "number");
  const [first, second = first] = numbers;
  const indexIn = (key: ConfigKey, run: WithValues): number => {
    const at = valueId(configValue(run.config, key.key));
    const index = key.values.findIndex((value) => valueId(value) === at);
    return index < 0 ? key.values.length : index;
  };
  return (run) => {
    const index = categories.reduce((at, key) => at * (key.values.length + 1) + indexIn(key, run), 0);
    const round = Math.floor(index / hues.length);
    const shade = first === undefined ? 0.55 : 0.15 + (0.8 * indexIn(first, run)) / Math.max(1, first.values.length - 1);
    return {
      colour: shadedColour({ architecture: hues[index % hues.length] ?? "rn1", normalization: "post-ln" }, Math.min(0.95, shade)),
      dash: dashes[round % dashes.length] ?? "",
      marker: markers[(second === undefined ? index : indexIn(second, run)) % markers.length] ?? "circle",
    };
  };
}
