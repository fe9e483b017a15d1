"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { RunRow } from "../../../contract/wire/views.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { countOf } from "../../text/formatNumber.ts";
import { runNumbers } from "../../text/numberRanges.ts";
import { WarningList } from "../parts/WarningList.tsx";

/** What was passed over in the data of the runs, or looks like a mistake: which runs, and how many. */
export function DataWarnings({ experimentId, rows }: { experimentId: string; rows: readonly RunRow[] }) {
  const trpc = useTRPC();
  const started = rows.filter((row) => row.dataHash !== null).length;
  const query = trpc.experiments.dataWarnings.queryOptions({ id: experimentId });
  const { data, refetch } = useQuery({ ...query, enabled: started > 0, staleTime: 600_000, refetchOnWindowFocus: false });
  useEffect(() => {
    if (started > 0) void refetch();
  }, [started, refetch]);
  if (!data || data.length === 0) return null;
  const warned = new Set(data.flatMap(({ runs }) => runs));
  const told = data.map(({ text, runs }) =>
    runs.length === started ? text : `${text} (${runNumbers(runs.map((ordinal) => ordinal + 1))})`,
  );
  const which = warned.size === started ? "" : ` in ${warned.size} of ${countOf(started, "run")} that have started`;
  return (
    <WarningList title={`${countOf(data.length, "warning")} about the data${which}`} warnings={told} testId="data-warnings" />
  );
}
