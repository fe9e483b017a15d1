"use client";
import { useContext, useEffect, useEffectEvent, useState } from "react";
import type { WatchItem, WatchRequest } from "../../contract/wire/watchProtocol.ts";
import { LinkCheckContext } from "../data/LinkCheck.ts";
import { useShareToken } from "../data/ShareToken.ts";
import { FreshnessStore, notYetJoined } from "./FreshnessStore.ts";
import { watchRoom } from "./watchConnection.ts";

/**
 * Joins a room of the server, THEN asks the page to read: what is measured in between arrives both ways, and the page
 * merges by step, so that duplicates and order do not matter. After a reconnect it asks again.
 * @param request the room, or null for none
 * @returns how current the page is
 */
export function useWatch(
  request: WatchRequest | null,
  handlers: { onJoined?: () => void; onItems: (items: WatchItem[]) => void },
): FreshnessStore {
  const shareToken = useShareToken();
  const [freshness] = useState(() => new FreshnessStore());
  const onJoined = useEffectEvent(() => handlers.onJoined?.());
  const onItems = useEffectEvent((items: WatchItem[]) => handlers.onItems(items));
  const checkLink = useEffectEvent(useContext(LinkCheckContext));
  const room = request === null ? null : JSON.stringify(request);

  useEffect(() => {
    if (room === null) return;
    const furthest = new Map<string, number>();
    let shownAt = 0;
    freshness.set(notYetJoined);
    return watchRoom(shareToken, JSON.parse(room) as WatchRequest, {
      onJoined: () => {
        const now = performance.now();
        // What happened while the page was away is read, and of no known age.
        freshness.change({ link: "joined", lagMs: null, heardAt: now, movedAt: now, message: null });
        onJoined();
      },
      onBatch: (batch, receivedAt) => {
        const now = performance.now();
        let measuredAt: number | null = null;
        let moved = false;
        for (const item of batch.items) {
          if (item.kind === "points") measuredAt = Math.max(item.measuredAt, measuredAt ?? 0);
          // A worker reports its runs even while they make no progress.
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
        freshness.change({
          link: "joined",
          heardAt: now,
          message: null,
          ...(moved ? { movedAt: now } : {}),
          ...(measuredAt === null ? {} : { lagMs: lagOf(measuredAt, batch.sentAt, receivedAt) }),
        });
      },
      onLost: () => {
        const { link, heardAt } = freshness.get();
        if (link !== "lost") freshness.change({ link: "lost", heardAt: heardAt ?? performance.now() });
      },
      onRefused: (message) => {
        freshness.change({ link: "refused", message });
        checkLink();
      },
      onPolling: (polling) => freshness.change({ polling }),
    });
  }, [room, shareToken, freshness]);

  return freshness;
}

/** The three clocks need not agree: a lag that cannot be (negative, or beyond a minute) is taken from the server's clock instead. */
function lagOf(measuredAt: number, sentAt: number, receivedAt: number): number | null {
  for (const lag of [receivedAt - measuredAt, receivedAt - sentAt]) if (lag >= 0 && lag < 60_000) return lag;
  return null;
}
