"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../data/trpcClient.ts";
import { countOf } from "../text/formatNumber.ts";

/** What the server says of itself; it does not change while it runs. */
export function useProgram() {
  return useQuery(useTRPC().about.program.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY, retry: false }));
}

/** Until when what was deleted can be had back. */
export function purgeText(days: number | undefined, where = " from the list “Deleted”"): string {
  if (days === 0) return "Deleted experiments are removed for good within hours.";
  const time = days === undefined ? "" : ` for ${countOf(days, "day")}`;
  return `Deleted experiments can be restored${where}${time}; then they are removed for good, with all points and files.`;
}
