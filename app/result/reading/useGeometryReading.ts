"use client";
import { useTRPCClient } from "../../data/trpcClient.ts";
import type { LivePageStore } from "../../live/LivePageStore.ts";
import type { LiveRow } from "../../live/RowBatch.ts";
import type { WantedGeometry } from "../model/geometry/wantedGeometry.ts";
import { useReading } from "./useReading.ts";

/** Reads the snapshots of the runs whose geometry a page shows. */
export function useGeometryReading<Row extends LiveRow>(
  store: LivePageStore<Row>,
  reading: number,
  wanted: readonly WantedGeometry[],
  onError: (problem: unknown) => void,
): void {
  const client = useTRPCClient();
  const asked = wanted.map(({ runId, lastOnly }) => `${runId}${lastOnly ? "/last" : ""}`).join(",");
  const read = async (alive: () => boolean) => {
    const attempts = store.attempts;
    await Promise.all(
      wanted.map(async ({ runId, lastOnly }) => {
        const snapshots = await client.runs.geometry.query({ id: runId, lastOnly });
        if (alive()) store.addGeometry(runId, snapshots, attempts);
      }),
    );
  };
  useReading(reading, asked === "" ? null : asked, read, onError);
}
