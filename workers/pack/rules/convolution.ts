import { type Batched, packed, type Rule, type Rules, reshape, shapeOf, spread } from "./rule.ts";

/** Images of all runs in one batch, where each image is computed by itself. [S, n, …] → [S · n, …] */
const together =
  (kernel: string): Rule<Record<string, Batched>> =>
  (k, inputs, attributes) => {
    const given = Object.fromEntries(
      Object.entries(inputs).map(([name, x]) => {
        const [n, ...rest] = shapeOf(x);
        return [name, reshape(k, spread(k, x), [k.runs * n, ...rest])];
      }),
    );
    const y = k.call(kernel, given, attributes);
    return packed(reshape(k, y, [k.runs, y.shape[0] / k.runs, ...y.shape.slice(1)]));
  };

export const convolution: Rules = {
  MaxPool: together("MaxPool"),
  AvgPool: together("AvgPool"),
  MaxPoolGrad: together("MaxPoolGrad"),
  AvgPoolGrad: together("AvgPoolGrad"),
};
