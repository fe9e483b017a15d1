"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { isOnWorker } from "../../contract/status.ts";
import type { ExperimentDetail, RunRow } from "../../contract/wire/views.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { workersPage } from "../links.ts";
import { countOf } from "../text/formatNumber.ts";
import { Notice } from "../ui/Notice.tsx";
import { turnText } from "./turnText.ts";

/** Why nothing trains yet, and what to do about it. Shown while runs wait and none is running. */
export function WaitingState({ detail, rows }: { detail: ExperimentDetail; rows: readonly RunRow[] }) {
  const { id: experimentId, launchedBy: launcher, readOnly } = detail;
  const waiting = rows.filter((row) => row.status === "queued").length;
  const active = rows.some((row) => isOnWorker(row.status));
  if (waiting === 0 || active) return null;
  return (
    <Notice role="status" tone="plain" icon="worker" inLine className="wrap-anywhere" testId="waiting">
      {readOnly ? (
        <span>{countOf(waiting, "run")} queued; the first point appears as soon as a worker takes one.</span>
      ) : (
        <WorkerState
          waiting={waiting}
          experimentId={experimentId}
          launcher={launcher}
          reason={rows.find((row) => row.status === "queued" && row.waitsFor !== null)?.waitsFor ?? null}
        />
      )}
    </Notice>
  );
}

interface WorkerStateProps {
  waiting: number;
  experimentId: string;
  /** Who launched it; null where it is not said. */
  launcher: string | null;
  reason: string | null;
}

function WorkerState({ waiting, experimentId, launcher, reason }: WorkerStateProps) {
  const trpc = useTRPC();
  const turn = useQuery({ ...trpc.experiments.turn.queryOptions({ id: experimentId }), refetchInterval: 5_000 });
  const { data } = useQuery({ ...trpc.workers.list.queryOptions(), refetchInterval: 2_000 });
  if (data === undefined) return <span>{countOf(waiting, "run")} queued.</span>;
  const connected = data.filter((worker) => worker.connected);
  if (connected.length === 0)
    return (
      <span>
        {countOf(waiting, "run")} queued, but no worker is connected: the page{" "}
        <Link href={workersPage} className="underline">
          Workers
        </Link>{" "}
        adds one, and shows those that are ordered from a cluster.
      </span>
    );
  if (reason !== null)
    return (
      <span>
        {countOf(waiting, "run")} queued. {reason}
      </span>
    );
  const able = connected.filter((worker) => !worker.drained && worker.trouble?.until !== null);
  if (able.length === 0)
    return (
      <span>
        {countOf(waiting, "run")} queued, but{" "}
        {connected.length === 1 ? "the connected worker is paused or drained" : "all connected workers are paused or drained"}:
        the page{" "}
        <Link href={workersPage} className="underline">
          Workers
        </Link>{" "}
        says why.
      </span>
    );
  const slots = able.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = able.flatMap((worker) => worker.runs);
  if (busy.length < slots)
    return (
      <span>
        {countOf(waiting, "run")} queued; a free slot takes the first one now ({countOf(able.length, "worker")},{" "}
        {countOf(slots, "slot")}).
      </span>
    );
  if (busy.every((run) => run.experimentId === experimentId))
    return <span>{countOf(waiting, "run")} queued; the next one is starting.</span>;
  return (
    <span>
      {countOf(waiting, "run")} queued. {turn.data && turnText(turn.data, slots, launcher)}
    </span>
  );
}
