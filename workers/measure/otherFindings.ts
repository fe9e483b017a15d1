import { seriesKey } from "../../contract/metrics/seriesKey.ts";
import type { ClassStatistics } from "../../math/collapse/classStatistics.ts";
import { nc5 } from "../../math/collapse/nc5.ts";
import { MathError } from "../../math/MathError.ts";
import type { SampleSet } from "../data/dataset.ts";
import type { FeatureReader, ParameterSource } from "./featureReader.ts";
import type { Findings } from "./findings.ts";

/** The mean feature of a set at every layer [d] each, in float64. */
export async function meansOf(reader: FeatureReader, set: SampleSet, source: ParameterSource): Promise<Float64Array[]> {
  const sums: Float64Array[] = [];
  for await (const { features, count } of reader.read(set, source))
    for (const [layer, values] of features.entries()) {
      const dim = values.length / count;
      sums[layer] ??= new Float64Array(dim);
      const sum = sums[layer];
      for (let i = 0; i < values.length; i += dim) for (let j = 0; j < dim; j++) sum[j] += values[i + j];
    }
  return sums.map((sum) => sum.map((value) => value / set.count));
}

/** NC5 of every layer. @param means of the second set; null where the network computes from no input */
export function otherFindings(findings: Findings, statistics: readonly ClassStatistics[], means: Float64Array[] | null): void {
  statistics.forEach((trained, layer) => {
    const key = seriesKey("other", "nc5", layer + 1);
    try {
      if (means === null) throw new MathError("free features are computed from no input");
      findings.values[key] = nc5(trained, means[layer]);
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      findings.missing[key] = error.message.slice(0, 200);
    }
  });
}
