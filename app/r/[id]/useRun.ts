"use client";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { limits } from "../../../contract/limits.ts";
import { isTerminal } from "../../../contract/status.ts";
import type { LogLine, RunDetail, RunRow } from "../../../contract/wire/views.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { BatchQueue } from "../../live/BatchQueue.ts";
import { RunSeriesStore } from "../../live/RunSeriesStore.ts";
import { type Freshness, useWatch } from "../../live/useWatch.ts";

export interface LiveRun {
  detail: RunDetail | undefined;
  log: LogLine[];
  /** Reads lines before the first of `log`; null where there are none. */
  readEarlier: (() => void) | null;
  readingEarlier: boolean;
  store: RunSeriesStore;
  freshness: Freshness;
  error: unknown;
  refresh: () => void;
}

const maxLines = 5_000;

/** A run as it is, kept current by the room of the run: row, log and points; read after the room was joined. */
export function useRun(runId: string): LiveRun {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [store] = useState(() => new RunSeriesStore());
  const detail = useQuery(trpc.runs.get.queryOptions({ id: runId }));
  const log = useInfiniteQuery(
    trpc.runs.log.infiniteQueryOptions(
      { id: runId },
      // The first page is the end of the log, each further one lies before it.
      { getNextPageParam: (page) => (page.length < limits.logPage ? undefined : cursorOf(page[0])) },
    ),
  );
  const detailKey = trpc.runs.get.queryKey({ id: runId });
  const logKey = trpc.runs.log.infiniteQueryKey({ id: runId });

  const refresh = () => void queries.invalidateQueries(trpc.runs.pathFilter());
  /** All that one batch says, as one change of the row: each change draws the page again. */
  const take = (items: WatchItem[]) => {
    const edits: ((row: RunRow) => RunRow)[] = [];
    const lines: LogLine[] = [];
    let readAgain = false;
    let handedOver = false;
    for (const item of items) {
      if (item.kind === "points" && item.runId === runId) {
        edits.push((row) =>
          item.attempt < row.attempt
            ? row
            : { ...row, step: Math.max(row.step, item.step), last: { ...row.last, ...item.values } },
        );
      } else if (item.kind === "progress" && item.runId === runId) {
        edits.push((row) => ({ ...row, step: Math.max(row.step, item.step), stepMs: item.stepMs ?? row.stepMs }));
      } else if (item.kind === "run" && item.row.id === runId) {
        edits.push((row) => ({ ...row, ...item.row }));
        // Attempts and checkpoints are not in the row; they are read when it ends or changes hands.
        if (isTerminal(item.row.status) || item.row.attempt !== detail.data?.row.attempt) readAgain = true;
      } else if (item.kind === "attempt" && item.runId === runId) {
        handedOver = true;
      } else if (item.kind === "removed" || item.kind === "restored") {
        // What was shown, or said to be gone, is asked for again.
        handedOver = true;
      } else if (item.kind === "log" && item.runId === runId) {
        lines.push(item.line);
      }
    }
    if (edits.length > 0)
      queries.setQueryData(detailKey, (before) =>
        before === undefined ? before : { ...before, row: edits.reduce((row, edit) => edit(row), before.row) },
      );
    if (lines.length > 0)
      queries.setQueryData(logKey, (before) => {
        if (before === undefined) return before;
        const [last = [], ...earlier] = before.pages;
        return { ...before, pages: [lines.reduce(withLine, last), ...earlier] };
      });
    store.apply(runId, items);
    if (handedOver) refresh();
    else if (readAgain) void queries.invalidateQueries({ queryKey: detailKey });
  };
  const takeLatest = useEffectEvent(take);
  const [queue, setQueue] = useState<BatchQueue | null>(null);
  useEffect(() => {
    const made = new BatchQueue((items) => takeLatest(items));
    setQueue(made);
    return made.close;
  }, []);

  const onJoined = () => {
    queue?.drop();
    store.joined();
    refresh();
  };
  const freshness = useWatch({ room: "run", id: runId }, { onJoined, onItems: (items) => queue?.push(items) });
  const pages = log.data?.pages;
  const allLines = useMemo(() => (pages ?? []).toReversed().flat(), [pages]);
  const readEarlier = log.hasNextPage ? () => void log.fetchNextPage() : null;
  const reading = { readEarlier, readingEarlier: log.isFetchingNextPage };
  return { detail: detail.data, log: allLines, ...reading, store, freshness, error: detail.error, refresh };
}

const cursorOf = ({ attempt, seq }: LogLine) => ({ attempt, seq });

/** Lines in order of attempt and number; the same line again changes nothing. */
function withLine(lines: LogLine[], line: LogLine): LogLine[] {
  const comesAfter = (other: LogLine) => other.attempt < line.attempt || (other.attempt === line.attempt && other.seq < line.seq);
  let at = lines.length;
  while (at > 0 && !comesAfter(lines[at - 1])) at--;
  const there = lines[at];
  if (there?.attempt === line.attempt && there.seq === line.seq) return lines;
  return [...lines.slice(0, at), line, ...lines.slice(at)].slice(-maxLines);
}
