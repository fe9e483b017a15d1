import { type Named, packed, packedAxis, type Rule, type Rules, rankOf } from "./rule.ts";

interface Reduction {
  axis?: number | number[] | null;
  /** Max has this name for it. */
  reductionIndices?: number | number[];
  keepDims?: boolean;
}

const reduce =
  (kernel: string): Rule<Named<"x">, Reduction> =>
  (k, { x }, { axis, reductionIndices, keepDims = false }) => {
    const rank = rankOf(x);
    const asked = axis ?? reductionIndices ?? Array.from({ length: rank }, (_, i) => i);
    const axes = [asked].flat().map((at) => packedAxis(at, rank));
    // An empty list would be every axis to some backends.
    if (axes.length === 0) return packed(k.call("Identity", { x: x.info }));
    const attributes = kernel === "Max" ? { reductionIndices: axes, keepDims } : { axis: axes, keepDims };
    return packed(k.call(kernel, { x: x.info }, attributes));
  };

/** Over one axis, which is an attribute of this name. */
const along =
  (kernel: string, input: string, attribute: string): Rule =>
  (k, inputs, attributes) => {
    const x = inputs[input];
    const given = { ...attributes, [attribute]: packedAxis(attributes[attribute] ?? -1, rankOf(x)) };
    return packed(k.call(kernel, { [input]: x.info }, given));
  };

export const reductions: Rules = {
  Sum: reduce("Sum"),
  Mean: reduce("Mean"),
  Max: reduce("Max"),
  Min: reduce("Min"),
  Prod: reduce("Prod"),
  All: reduce("All"),
  Any: reduce("Any"),
  ArgMax: along("ArgMax", "x", "axis"),
  ArgMin: along("ArgMin", "x", "axis"),
  Softmax: along("Softmax", "logits", "dim"),
  Cumsum: along("Cumsum", "x", "axis"),
  TopK: (k, { x }: Named<"x">, attributes) => k.callAll("TopK", { x: x.info }, attributes).map(packed),
};
