"use client";
import { useContext, useEffect, useEffectEvent, useState } from "react";
import type { WatchItem, WatchRequest } from "../../contract/wire/watchProtocol.ts";
import { LinkCheckContext } from "../data/LinkCheck.ts";
import { useShareToken } from "../data/ShareToken.ts";
import { watchRoom } from "./watchConnection.ts";

/** How current the page is. Times but `lagMs` are of `performance.now()`: nobody sets that clock. */
export interface Freshness {
  link: "connecting" | "joined" | "lost" | "refused";
  /** From the measurement to this page, of the last point; null before the first one. */
  lagMs: number | null;
  /** When anything was last heard: an answer or a batch. */
  heardAt: number | null;
  /** When a run was last heard to have done something: a point, a further step, another state, a line of its log. */
  movedAt: number | null;
  /** Something between here and the server lets no lasting connection through. */
  polling: boolean;
  /** What the server said, if it refused. */
  message: string | null;
}

export interface CatchUp {
  /** True at the first joining: read everything. False after a reconnect: read what came meanwhile. */
  first: boolean;
}

export const notYetJoined: Freshness = {
  link: "connecting",
  lagMs: null,
  heardAt: null,
  movedAt: null,
  polling: false,
  message: null,
};

/**
 * Joins a room of the server, THEN asks the page to read: what is measured in between arrives both ways, and the page
 * merges by step, so that duplicates and order do not matter. After a reconnect it asks again.
 * @param request the room, or null for none
 */
export function useWatch(
  request: WatchRequest | null,
  handlers: { onJoined?: (catchUp: CatchUp) => void; onItems: (items: WatchItem[]) => void },
): Freshness {
  const shareToken = useShareToken();
  const [freshness, setFreshness] = useState<Freshness>(notYetJoined);
  const onJoined = useEffectEvent((catchUp: CatchUp) => handlers.onJoined?.(catchUp));
  const onItems = useEffectEvent((items: WatchItem[]) => handlers.onItems(items));
  const checkLink = useEffectEvent(useContext(LinkCheckContext));
  const room = request === null ? null : JSON.stringify(request);

  useEffect(() => {
    if (room === null) return;
    const furthest = new Map<string, number>();
    let first = true;
    let shownAt = 0;
    const change = (part: Partial<Freshness>) => setFreshness((before) => ({ ...before, ...part }));
    setFreshness(notYetJoined);
    return watchRoom(shareToken, JSON.parse(room) as WatchRequest, {
      onJoined: () => {
        const now = performance.now();
        // What happened while the page was away is read, and of no known age.
        change({ link: "joined", lagMs: null, heardAt: now, movedAt: now, message: null });
        onJoined({ first });
        first = false;
      },
      onBatch: (batch, receivedAt) => {
        const now = performance.now();
        let measuredAt: number | null = null;
        let moved = false;
        for (const item of batch.items) {
          if (item.kind === "points") measuredAt = Math.max(item.measuredAt, measuredAt ?? 0);
          // A worker tells of its runs also while they stand still.
          if (item.kind !== "progress") moved ||= item.kind !== "changed" && item.kind !== "experiment";
          else if (item.step > (furthest.get(item.runId) ?? -1)) {
            furthest.set(item.runId, item.step);
            moved = true;
          }
          if (item.kind === "attempt") furthest.delete(item.runId);
        }
        onItems(batch.items);
        // The badge need not follow every batch: four times a second is enough, unless a point came.
        if (measuredAt === null && !moved && now - shownAt < 250) return;
        shownAt = now;
        change({
          link: "joined",
          heardAt: now,
          message: null,
          ...(moved ? { movedAt: now } : {}),
          ...(measuredAt === null ? {} : { lagMs: lagOf(measuredAt, batch.sentAt, receivedAt) }),
        });
      },
      onLost: () =>
        setFreshness((before) =>
          before.link === "lost" ? before : { ...before, link: "lost", heardAt: before.heardAt ?? performance.now() },
        ),
      onRefused: (message) => {
        change({ link: "refused", message });
        checkLink();
      },
      onPolling: (polling) => change({ polling }),
    });
  }, [room, shareToken]);

  return freshness;
}

/** The three clocks need not agree: a lag that cannot be (negative, or beyond a minute) is taken from the server's clock instead. */
function lagOf(measuredAt: number, sentAt: number, receivedAt: number): number | null {
  for (const lag of [receivedAt - measuredAt, receivedAt - sentAt]) if (lag >= 0 && lag < 60_000) return lag;
  return null;
}
