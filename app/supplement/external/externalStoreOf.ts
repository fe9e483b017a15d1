import type { ExternalSupplement } from "../../../contract/wire/supplement.ts";
import { ExternalStore } from "../../result/external/ExternalStore.ts";

/** The study of a report as the pages have it, with nothing to ask of a server. */
export function externalStoreOf({ detail, profiles, series }: ExternalSupplement): ExternalStore {
  const store = new ExternalStore();
  store.setDetail(detail);
  store.addProfile(profiles, "nc1.ratio", "train");
  store.addSeries(series);
  // The last values stand after all: they are in full, and there are those of all layers and all logged numbers.
  store.addSeries(
    detail.runs.flatMap((run) =>
      Object.entries(run.last).map(([key, value]) => ({ runId: run.id, key, steps: [run.step], values: [value], total: 1 })),
    ),
    false,
  );
  return store;
}
