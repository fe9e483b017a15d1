"use client";
import { type LayerMetric, lastMeansOf } from "../../../contract/metrics/metricInfo.ts";
import type { Split } from "../../../contract/metrics/seriesKey.ts";
import { useTRPCClient } from "../../data/trpcClient.ts";
import type { LivePageStore } from "../../live/LivePageStore.ts";
import type { LiveRow } from "../../live/RowBatch.ts";
import { useReading } from "./useReading.ts";

/** Reads the layer profile of a study: a metric at all layers, and what the classifier's metric is called for the last one's class means. */
export function useProfileReading<Row extends LiveRow>(
  experimentId: string,
  store: LivePageStore<Row>,
  reading: number,
  { profileMetric: metric, split }: { profileMetric: LayerMetric; split: Split },
  onError: (problem: unknown) => void,
): void {
  const client = useTRPCClient();
  const read = async (alive: () => boolean) => {
    const asked = store.attempts;
    const sides = [metric, lastMeansOf(metric)].filter((side) => side !== null);
    const profiles = await Promise.all(
      sides.map(async (side) => ({
        side,
        views: await client.experiments.profile.query({ id: experimentId, metric: side, split }),
      })),
    );
    if (alive()) for (const { side, views } of profiles) store.addProfile(views, side, split, asked);
  };
  useReading(reading, `${metric} ${split}`, read, onError);
}
