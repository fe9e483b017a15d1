"use client";
import { useEffect, useEffectEvent, useState } from "react";
import type { WatchItem, WatchRequest } from "../../contract/wire/watchProtocol.ts";
import { BatchQueue } from "./BatchQueue.ts";
import type { FreshnessStore } from "./FreshnessStore.ts";
import type { LivePageStore } from "./LivePageStore.ts";
import type { LiveRow } from "./RowBatch.ts";
import { useWatch } from "./useWatch.ts";

interface LiveHandlers {
  /** The room was joined (again): time to read. */
  onJoined: () => void;
  /** One batch is in the store. @param readAgain the store asks for another reading */
  onBatch: (items: readonly WatchItem[], readAgain: boolean) => void;
}

/** Keeps a page's store current by the server's room, batch by batch, as fast as the page can be drawn. @returns how current it is */
export function useLiveStore<Row extends LiveRow>(
  request: WatchRequest,
  store: LivePageStore<Row>,
  handlers: LiveHandlers,
): FreshnessStore {
  const take = useEffectEvent((items: WatchItem[]) => handlers.onBatch(items, store.apply(items)));
  const [queue, setQueue] = useState<BatchQueue | null>(null);
  useEffect(() => {
    const made = new BatchQueue((items) => take(items));
    setQueue(made);
    return made.close;
  }, []);
  return useWatch(request, {
    onJoined: () => {
      queue?.drop();
      store.joined();
      handlers.onJoined();
    },
    onItems: (items) => queue?.push(items),
  });
}
