import type { Supplement } from "../../contract/wire/supplement.ts";
import { ExperimentStore } from "../live/ExperimentStore.ts";

/** The study of a report as the pages have it, with nothing to ask of a server. */
export function storeOf({ detail, profiles }: Supplement): ExperimentStore {
  const store = new ExperimentStore();
  store.setDetail(detail);
  // The last values of all layers first: they are in the rows.
  store.addSeries(
    detail.runs.flatMap((run) =>
      Object.entries(run.last).map(([key, value]) => ({ runId: run.id, key, steps: [run.step], values: [value], total: 1 })),
    ),
  );
  store.addProfile(profiles, "nc1.ratio", "train");
  return store;
}
