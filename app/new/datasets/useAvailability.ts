"use client";
import { useQuery } from "@tanstack/react-query";
import type { DatasetId } from "../../../contract/data/datasetConfig.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { countOf } from "../../text/formatNumber.ts";

export interface Availability {
  available: boolean;
  text: string;
}

/** Where each data set is, over the connected workers; null while that is not known. */
export function useAvailability(): (id: DatasetId) => Availability | null {
  const trpc = useTRPC();
  const workers = useQuery(trpc.workers.list.queryOptions(undefined, { refetchInterval: 15_000 }));
  const connected = workers.data?.filter((worker) => worker.connected) ?? [];
  return (id) => {
    if (workers.data === undefined) return null;
    if (connected.length === 0)
      return { available: true, text: "No worker is connected yet: where this set is will be shown once one connects." };
    const answers = connected.flatMap((worker) => worker.datasets.filter((set) => set.id === id));
    const having = answers.filter((answer) => answer.available);
    const [first] = having;
    if (first !== undefined) {
      const where = connected.length === 1 ? "" : ` on ${having.length} of ${countOf(connected.length, "worker")}`;
      return { available: true, text: `Available${where}: ${first.detail}` };
    }
    return { available: false, text: answers[0]?.detail ?? "No connected worker knows this data set." };
  };
}
