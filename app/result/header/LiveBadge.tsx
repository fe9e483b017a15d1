"use client";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { activityOf } from "../../live/activityOf.ts";
import { FreshnessBadge } from "../../live/FreshnessBadge.tsx";
import { useWatch } from "../../live/useWatch.ts";

interface LiveBadgeProps {
  experimentId: string;
  rows: readonly RunRow[];
  onJoined: () => void;
  onItems: (items: readonly WatchItem[]) => void;
}

/** Joins the experiment's room and shows how current the page is; apart from the page, which need not render as it ticks. */
export function LiveBadge({ experimentId, rows, onJoined, onItems }: LiveBadgeProps) {
  const freshness = useWatch({ room: "experiment", id: experimentId }, { onJoined, onItems });
  return <FreshnessBadge freshness={freshness} {...activityOf(rows)} />;
}
