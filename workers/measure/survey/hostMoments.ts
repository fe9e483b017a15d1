import { addToProbeSums, countRight, emptyProbeSums } from "../../../math/collapse/ridgeProbe.ts";
import { layerWidths } from "../../models/layerWidths.ts";
import type { Network } from "../../models/network.ts";
import type { FeatureReader } from "../featureReader.ts";
import type { Moments } from "./moments.ts";

/** The same on the host, in float64, where the device has none: it reads all features. */
export function hostMoments(reader: FeatureReader, network: Network): Moments {
  return {
    async sums(set, source, pause) {
      const total = layerWidths(network).map((width) => emptyProbeSums(network.classes, width));
      for await (const { features, labels } of reader.read(set, source))
        for (const [l, values] of features.entries()) {
          await pause();
          addToProbeSums(total[l], values, labels);
        }
      return total;
    },
    async right(set, source, rules, pause) {
      const total = rules.map(() => [0, 0]);
      for await (const { features, labels } of reader.read(set, source))
        for (const [l, values] of features.entries()) {
          await pause();
          for (const [r, rule] of rules[l].pair.entries()) total[l][r] += countRight(rule, values, labels);
        }
      return total;
    },
    dispose: async () => {},
  };
}
