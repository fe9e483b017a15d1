"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../data/trpcClient.ts";

/** Which program a page comes from: what a reader quotes beside its numbers. */
export function ProgramVersion() {
  const trpc = useTRPC();
  const program = useQuery(trpc.about.program.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY, retry: false }));
  return (
    <footer className="mt-10 text-ink-faint text-xs" data-testid="program-version">
      Collapsar{program.data && ` ${program.data.version}`}
    </footer>
  );
}
