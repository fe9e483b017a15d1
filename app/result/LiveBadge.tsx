"use client";
import { isTerminal } from "../../contract/status.ts";
import type { RunRow } from "../../contract/views.ts";
import type { WatchItem } from "../../contract/watchProtocol.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import { useWatch } from "../live/useWatch.ts";

interface LiveBadgeProps {
  experimentId: string;
  rows: readonly RunRow[];
  onJoined: () => void;
  onItems: (items: readonly WatchItem[]) => void;
}

/** Joins the experiment's room and shows how current the page is; apart from the page, which need not render as it ticks. */
export function LiveBadge({ experimentId, rows, onJoined, onItems }: LiveBadgeProps) {
  const freshness = useWatch({ room: "experiment", id: experimentId }, { onJoined, onItems });
  const active = rows.some((row) => row.status === "running" || row.status === "leased" || row.status === "cancelling");
  const resuming = !active && rows.some((row) => !isTerminal(row.status) && row.status === "queued" && row.attempt > 0);
  return <FreshnessBadge freshness={freshness} active={active} resuming={resuming} />;
}
