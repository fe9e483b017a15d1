"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type LaunchKnowledge, nothingKnown } from "../../../contract/launch/finding.ts";
import { launchKnowledge } from "../../../contract/launch/launchKnowledge.ts";
import { useTRPC } from "../../data/trpcClient.ts";

/** What the connected workers tell before a launch: the same by which the server refuses one. */
export function useLaunchKnowledge(): LaunchKnowledge {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.workers.list.queryOptions(undefined, { refetchInterval: 15_000 }));
  return useMemo(() => (data ? launchKnowledge(data.filter((worker) => worker.connected)) : nothingKnown), [data]);
}
