"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "../data/trpcClient.ts";
import { useWatch } from "../live/useWatch.ts";
import type { useExperimentActions } from "./useExperimentActions.ts";
import type { useListFilters } from "./useListFilters.ts";
import { useThrottled } from "./useThrottled.ts";

/** The list under these filters, kept up to date over the live channel; what was shown stays until the answer arrives. */
export function useLiveExperiments(
  { request }: ReturnType<typeof useListFilters>,
  { refresh, show }: ReturnType<typeof useExperimentActions>,
) {
  const trpc = useTRPC();
  const list = useQuery(trpc.experiments.list.queryOptions(request, { placeholderData: keepPreviousData }));
  const refreshSoon = useThrottled(refresh, 500);
  const freshness = useWatch(
    { room: "experiments" },
    {
      onJoined: () => void refresh(),
      onItems: (items) => {
        for (const item of items) {
          if (item.kind === "experiment") show(item.summary);
          if (item.kind === "removed" || item.kind === "restored" || (item.kind === "changed" && item.list === "experiments"))
            refreshSoon();
        }
      },
    },
  );
  return { list, freshness };
}
