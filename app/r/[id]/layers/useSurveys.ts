"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { AnyRunRow } from "../../../../contract/wire/externalViews.ts";
import { useTRPC, useTRPCClient } from "../../../data/trpcClient.ts";
import { surveysOf } from "./layersAt.ts";

/** Reads a run's surveys, and again when there is one more. @param surveyed the step of the last one that the page knows of */
export function useSurveys({ id, attempt }: AnyRunRow, keys: readonly string[], surveyed: number | undefined) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const input = { id, keys: [...keys] };
  const read = useQuery({
    queryKey: [...trpc.runs.series.queryKey(input), attempt, surveyed],
    queryFn: () => client.runs.series.query(input),
    enabled: keys.length > 0,
    placeholderData: (before) => before,
  });
  const { data } = read;
  return { surveys: useMemo(() => surveysOf(data ?? []), [data]), read };
}
