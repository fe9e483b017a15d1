"use client";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { limits } from "../../../contract/limits.ts";
import { isTerminal } from "../../../contract/status.ts";
import type { AnyRunDetail, AnyRunRow } from "../../../contract/wire/externalViews.ts";
import type { LogLine } from "../../../contract/wire/views.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import type { FreshnessStore } from "../../live/FreshnessStore.ts";
import { LivePageStore } from "../../live/LivePageStore.ts";
import { useLiveStore } from "../../live/useLiveStore.ts";
import { hasNewLayers } from "../../result/external/model/hasNewLayers.ts";

export interface LiveRun {
  detail: AnyRunDetail | undefined;
  log: LogLine[];
  /** Reads lines before the first of `log`; null where there are none. */
  readEarlier: (() => void) | null;
  readingEarlier: boolean;
  store: LivePageStore<AnyRunRow>;
  freshness: FreshnessStore;
  error: unknown;
  refresh: () => void;
}

const maxLines = 5_000;

/** A run as it is, kept current by the room of the run: row, log and points; read after the room was joined. */
export function useRun(runId: string): LiveRun {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [store] = useState(() => new LivePageStore<AnyRunRow>());
  useSyncExternalStore(store.subscribe, store.getVersion, store.getVersion);
  const read = useQuery(trpc.runs.get.queryOptions({ id: runId }));
  const log = useInfiniteQuery(
    trpc.runs.log.infiniteQueryOptions(
      { id: runId },
      // The first page is the end of the log, each further one lies before it.
      { getNextPageParam: (page) => (page.length < limits.logPage ? undefined : cursorOf(page)) },
    ),
  );
  const detailKey = trpc.runs.get.queryKey({ id: runId });
  const logKey = trpc.runs.log.infiniteQueryKey({ id: runId });

  const refresh = () => void queries.invalidateQueries(trpc.runs.pathFilter());
  const readRow = read.data?.row;
  // biome-ignore lint/correctness/useExhaustiveDependencies: an equal answer is the same object, and takes back what is shown
  useLayoutEffect(() => {
    if (readRow !== undefined && store.setRows([readRow])) void queries.invalidateQueries(trpc.runs.pathFilter());
  }, [readRow, read.dataUpdatedAt, store, queries, trpc]);

  const onBatch = (items: readonly WatchItem[], readAgain: boolean) => {
    const lines = items.flatMap((item) => (item.kind === "log" && item.runId === runId ? [item.line] : []));
    if (lines.length > 0)
      queries.setQueryData(logKey, (before) => {
        if (before === undefined) return before;
        const [last = [], ...earlier] = before.pages;
        return { ...before, pages: [lines.reduce(withLine, last), ...earlier] };
      });
    // What was shown, or said to be gone, is asked for again.
    const isOther = items.some(({ kind }) => kind === "attempt" || kind === "removed" || kind === "restored");
    // Attempts and checkpoints are not in the row; they are read when it ends or changes hands.
    const isHandedOn = items.some(
      (item) => item.kind === "run" && (isTerminal(item.row.status) || item.row.attempt !== readRow?.attempt),
    );
    // The first measurement of a run that was trained elsewhere names its layers.
    const isNamed =
      readRow !== undefined &&
      isExternal(readRow) &&
      items.some((item) => item.kind === "points" && hasNewLayers(readRow, item.values));
    if (isOther || readAgain) refresh();
    else if (isHandedOn || isNamed) void queries.invalidateQueries({ queryKey: detailKey });
  };
  const freshness = useLiveStore({ room: "run", id: runId }, store, { onJoined: refresh, onBatch });
  const [row] = store.rows;
  // What a run is, its row says.
  const detail = useMemo(
    () => (read.data === undefined || row === undefined ? undefined : ({ ...read.data, row } as AnyRunDetail)),
    [read.data, row],
  );
  const pages = log.data?.pages;
  const allLines = useMemo(() => (pages ?? []).toReversed().flat(), [pages]);
  const readEarlier = log.hasNextPage ? () => void log.fetchNextPage() : null;
  const reading = { readEarlier, readingEarlier: log.isFetchingNextPage };
  return { detail, log: allLines, ...reading, store, freshness, error: read.error, refresh };
}

const cursorOf = ([first]: readonly LogLine[]) => first && { attempt: first.attempt, seq: first.seq };

/** Lines in order of attempt and number; the same line again changes nothing. */
function withLine(lines: LogLine[], line: LogLine): LogLine[] {
  const comesAfter = (other: LogLine) => other.attempt < line.attempt || (other.attempt === line.attempt && other.seq < line.seq);
  const at = lines.findLastIndex(comesAfter) + 1;
  const there = lines[at];
  if (there?.attempt === line.attempt && there.seq === line.seq) return lines;
  return [...lines.slice(0, at), line, ...lines.slice(at)].slice(-maxLines);
}
