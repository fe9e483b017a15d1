"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { AnyRunRow } from "../../../contract/wire/externalViews.ts";
import { useTRPC, useTRPCClient } from "../../data/trpcClient.ts";
import type { LivePageStore } from "../../live/LivePageStore.ts";
import type { StepWindow } from "../../live/runPoints.ts";

/** Reads series of a run into the page's store, and again when others, or another window of them, are shown. */
export function useRunSeries(
  store: LivePageStore<AnyRunRow>,
  { id, attempt }: AnyRunRow,
  keys: readonly string[],
  window: StepWindow | null,
) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const input = { id, keys: [...keys], ...(window && { fromStep: window.from, toStep: window.to }) };
  const read = useQuery({
    queryKey: trpc.runs.series.queryKey(input),
    queryFn: async () => {
      const asked = store.attempts;
      return { asked, keys, views: await client.runs.series.query(input) };
    },
    enabled: keys.length > 0,
    // Live points keep it current while it is shown; shown again later it would lack what came since.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const { data } = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was known of the attempt before is gone
  useEffect(() => {
    if (data !== undefined) store.replaceSeries(id, data.keys, data.views, data.asked);
  }, [data, store, id, attempt]);
  return read;
}
