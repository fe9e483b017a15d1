"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../data/trpcClient.ts";
import { countOf } from "../text/formatNumber.ts";

/** What the server says of itself; it does not change while it runs. */
export function useProgram() {
  return useQuery(useTRPC().about.program.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY, retry: false }));
}

/** Until when what was deleted can be had back. */
export const purgeText = (days: number | undefined): string =>
  days === 0
    ? "Deleted experiments are removed for good within hours."
    : `Deleted experiments can be restored${days === undefined ? "" : ` for ${countOf(days, "day")}`} (list of experiments, “Deleted”), then they are removed for good with all points and files.`;
