"use client";
import { useEffect, useEffectEvent, useState } from "react";
import type { WatchItem, WatchRequest } from "../../contract/watchProtocol.ts";
import { useShareToken } from "../data/ShareToken.ts";
import { watchRoom } from "./watchConnection.ts";

/** How current the page is. Times are ms of this browser's clock. */
export interface Freshness {
  link: "connecting" | "joined" | "lost" | "refused";
  /** From the measurement to this page, of the last point; null before the first one. */
  lagMs: number | null;
  /** When anything was last heard: an answer or a batch. */
  heardAt: number | null;
  /** What the server said, if it refused. */
  message: string | null;
}

export interface CatchUp {
  /** True at the first joining: read everything. False after a reconnect: read what came meanwhile. */
  first: boolean;
  /** Last step heard of each run before the connection was lost; read from there on. */
  sinceStep: ReadonlyMap<string, number>;
}

/**
 * Joins a room of the server, THEN asks the page to read: what is measured in between arrives both ways, and the page
 * merges by step, so that duplicates and order do not matter. After a reconnect it asks again, from the last step heard.
 * @param request the room, or null for none
 */
export function useWatch(
  request: WatchRequest | null,
  handlers: { onJoined?: (catchUp: CatchUp) => void; onItems: (items: WatchItem[]) => void },
): Freshness {
  const shareToken = useShareToken();
  const [freshness, setFreshness] = useState<Freshness>({ link: "connecting", lagMs: null, heardAt: null, message: null });
  const onJoined = useEffectEvent((catchUp: CatchUp) => handlers.onJoined?.(catchUp));
  const onItems = useEffectEvent((items: WatchItem[]) => handlers.onItems(items));
  const room = request === null ? null : JSON.stringify(request);

  useEffect(() => {
    if (room === null) return;
    const sinceStep = new Map<string, number>();
    let first = true;
    let shownAt = 0;
    setFreshness({ link: "connecting", lagMs: null, heardAt: null, message: null });
    return watchRoom(shareToken, JSON.parse(room) as WatchRequest, {
      onJoined: () => {
        setFreshness((before) => ({ ...before, link: "joined", heardAt: Date.now(), message: null }));
        onJoined({ first, sinceStep: new Map(sinceStep) });
        first = false;
      },
      onBatch: (batch, receivedAt) => {
        let measuredAt: number | null = null;
        for (const item of batch.items) {
          if (item.kind === "points") {
            sinceStep.set(item.runId, Math.max(item.step, sinceStep.get(item.runId) ?? 0));
            measuredAt = Math.max(item.measuredAt, measuredAt ?? 0);
          }
          if (item.kind === "attempt") sinceStep.set(item.runId, Math.min(item.resumedFromStep, sinceStep.get(item.runId) ?? 0));
        }
        onItems(batch.items);
        // The badge need not follow every batch: four times a second is enough, unless a point came.
        if (measuredAt === null && receivedAt - shownAt < 250) return;
        shownAt = receivedAt;
        setFreshness((before) => ({
          link: "joined",
          lagMs: measuredAt === null ? before.lagMs : lagOf(measuredAt, batch.sentAt, receivedAt),
          heardAt: receivedAt,
          message: null,
        }));
      },
      onLost: () =>
        setFreshness((before) =>
          before.link === "lost" ? before : { ...before, link: "lost", heardAt: before.heardAt ?? Date.now() },
        ),
      onRefused: (message) => setFreshness((before) => ({ ...before, link: "refused", message })),
    });
  }, [room, shareToken]);

  return freshness;
}

/** The three clocks need not agree: a lag that cannot be (negative, or beyond a minute) is taken from the server's clock instead. */
function lagOf(measuredAt: number, sentAt: number, receivedAt: number): number | null {
  for (const lag of [receivedAt - measuredAt, receivedAt - sentAt]) if (lag >= 0 && lag < 60_000) return lag;
  return null;
}
