"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isTerminal } from "../../../contract/status.ts";
import type { LogLine, RunDetail } from "../../../contract/views.ts";
import type { WatchItem } from "../../../contract/watchProtocol.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { type Freshness, useWatch } from "../../live/useWatch.ts";
import { RunSeriesStore } from "./RunSeriesStore.ts";

export interface LiveRun {
  detail: RunDetail | undefined;
  log: LogLine[];
  store: RunSeriesStore;
  freshness: Freshness;
  error: unknown;
  refresh: () => void;
}

const mostLines = 5_000;

/** A run as it is, kept current by the room of the run: row, log and points; read after the room was joined. */
export function useRun(runId: string): LiveRun {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [store] = useState(() => new RunSeriesStore());
  const detail = useQuery(trpc.runs.get.queryOptions({ id: runId }));
  const log = useQuery(trpc.runs.log.queryOptions({ id: runId }));
  const detailKey = trpc.runs.get.queryKey({ id: runId });
  const logKey = trpc.runs.log.queryKey({ id: runId });

  const refresh = () => void queries.invalidateQueries(trpc.runs.pathFilter());
  const editRow = (edit: (row: RunDetail["row"]) => RunDetail["row"]) =>
    queries.setQueryData(detailKey, (before) => (before === undefined ? before : { ...before, row: edit(before.row) }));

  const take = (item: WatchItem) => {
    if (item.kind === "points" && item.runId === runId) {
      editRow((row) =>
        item.attempt < row.attempt ? row : { ...row, step: Math.max(row.step, item.step), last: { ...row.last, ...item.values } },
      );
    } else if (item.kind === "progress" && item.runId === runId) {
      editRow((row) => ({ ...row, step: Math.max(row.step, item.step), stepMs: item.stepMs ?? row.stepMs }));
    } else if (item.kind === "run" && item.row.id === runId) {
      editRow((row) => ({ ...row, ...item.row }));
      // Attempts and checkpoints are not in the row; they are read when it ends or changes hands.
      if (isTerminal(item.row.status) || item.row.attempt !== detail.data?.row.attempt)
        void queries.invalidateQueries({ queryKey: detailKey });
    } else if (item.kind === "attempt" && item.runId === runId) {
      refresh();
    } else if (item.kind === "log" && item.runId === runId) {
      queries.setQueryData(logKey, (lines) => withLine(lines ?? [], item.line));
    }
  };

  const freshness = useWatch(
    { room: "run", id: runId },
    {
      onJoined: refresh,
      onItems: (items) => {
        for (const item of items) take(item);
        store.apply(runId, items);
      },
    },
  );
  return { detail: detail.data, log: log.data ?? [], store, freshness, error: detail.error, refresh };
}

/** Lines in order of attempt and number; the same line again changes nothing. */
function withLine(lines: LogLine[], line: LogLine): LogLine[] {
  const comesAfter = (other: LogLine) => other.attempt < line.attempt || (other.attempt === line.attempt && other.seq < line.seq);
  let at = lines.length;
  while (at > 0 && !comesAfter(lines[at - 1])) at--;
  const there = lines[at];
  if (there?.attempt === line.attempt && there.seq === line.seq) return lines;
  return [...lines.slice(0, at), line, ...lines.slice(at)].slice(-mostLines);
}
