import { type Split, splits } from "../../../../contract/metrics/seriesKey.ts";

/** Of which sets there is something to choose: the training set and the test set, and a second set where one is measured. */
export const offeredSplits = (keys: Iterable<string>, chosen: Split): Split[] => {
  const found = new Set<Split>(["train", "test", chosen]);
  for (const key of keys) if (key.startsWith("other/")) found.add("other");
  return splits.filter((split) => found.has(split));
};

/** The same of runs, by their latest values. */
export const splitsOfRuns = (rows: readonly { last: Record<string, number> }[], chosen: Split = "train"): Split[] =>
  offeredSplits(
    rows.flatMap(({ last }) => Object.keys(last)),
    chosen,
  );
