import { type Split, splits } from "../../../../contract/metrics/seriesKey.ts";

const isOther = (key: string): boolean => key.startsWith("other/");
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
