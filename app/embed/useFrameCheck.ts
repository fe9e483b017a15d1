"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTRPC } from "../data/trpcClient.ts";
import type { FreshnessStore } from "../live/FreshnessStore.ts";

/**
 * Whoever changes the frame policy of a link cuts its live connections. When this page is back it asks which policy holds, and loads
 * itself again if that is another one: its browser then decides whether it may still stand in this frame.
 */
export function useFrameCheck(token: string, freshness: FreshnessStore): void {
  const trpc = useTRPC();
  const { data, refetch } = useQuery(trpc.shared.open.queryOptions({ token }, { staleTime: 60_000 }));
  useEffect(() => {
    let lost = false;
    return freshness.subscribe(() => {
      const { link } = freshness.get();
      if (link === "lost") lost = true;
      if (link !== "joined" || !lost) return;
      lost = false;
      void refetch();
    });
  }, [freshness, refetch]);
  const frames = data && JSON.stringify(data.frames);
  const loadedWith = useRef(frames);
  useEffect(() => {
    loadedWith.current ??= frames;
    if (frames !== loadedWith.current && window.parent !== window) window.location.reload();
  }, [frames]);
}
