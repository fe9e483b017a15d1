"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { AnyRunRow } from "../../../../contract/wire/externalViews.ts";
import { useTRPC, useTRPCClient } from "../../../data/trpcClient.ts";
import type { LivePageStore } from "../../../live/LivePageStore.ts";

/** Reads a run's snapshots into the page's store, and holds the step that is shown. */
export function useRunGeometry(store: LivePageStore<AnyRunRow>, { id, attempt }: AnyRunRow) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [at, onAt] = useState<number | null>(null);
  const version = useSyncExternalStore(store.subscribe, store.getChartVersion, store.getChartVersion);
  const { data } = useQuery({
    queryKey: trpc.runs.geometry.queryKey({ id }),
    queryFn: async () => {
      const asked = store.attempts;
      return { asked, snapshots: await client.runs.geometry.query({ id }) };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was known of the attempt before is gone
  useEffect(() => {
    if (data !== undefined) store.addGeometry(id, data.snapshots, data.asked);
  }, [data, store, id, attempt]);
  return { version, at, onAt };
}
