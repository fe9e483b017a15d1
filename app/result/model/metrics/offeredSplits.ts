import { isOtherMetric } from "../../../../contract/metrics/metricInfo.ts";
import { parseSeriesKey, type Split, splits } from "../../../../contract/metrics/seriesKey.ts";

/** What is of a second set alone is shown whichever split is chosen. */
const isOther = (key: string): boolean => key.startsWith("other/") && !isOtherMetric(parseSeriesKey(key)?.metric ?? "");
const withOther = (there: boolean, chosen: Split): Split[] =>
  splits.filter((split) => split !== "other" || there || split === chosen);

/** Of which sets there is something to choose: the training set and the test set, and a second set where one is measured. */
export const offeredSplits = (keys: readonly string[], chosen: Split): Split[] => withOther(keys.some(isOther), chosen);

/** The same of runs, by their latest values. */
export const splitsOfRuns = (rows: readonly { last: Record<string, number> }[], chosen: Split = "train"): Split[] =>
  withOther(
    rows.some(({ last }) => Object.keys(last).some(isOther)),
    chosen,
  );
