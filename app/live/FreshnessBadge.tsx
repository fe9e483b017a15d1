"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Tooltip } from "../ui/Tooltip.tsx";
import { type Activity, describeFreshness } from "./describeFreshness.ts";
import type { FreshnessStore } from "./FreshnessStore.ts";
import { useServerTrouble } from "./serverTrouble.ts";

const dotClass = { good: "bg-good animate-dot", warn: "bg-warn", bad: "bg-bad", quiet: "bg-line-strong" };
const textClass = { good: "text-good", warn: "text-warn", bad: "text-bad", quiet: "text-ink-faint" };

/** How current the page is; ticks by itself, so it never freezes with the data. */
export function FreshnessBadge({ freshness: store, ...activity }: { freshness: FreshnessStore } & Activity) {
  const freshness = useSyncExternalStore(store.subscribe, store.get, store.get);
  const trouble = useServerTrouble();
  // The first rendering is the server's, whose clock differs.
  const [now, setNow] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const shown = describeFreshness(freshness, Math.max(now, freshness.heardAt ?? 0), { ...activity, trouble });
  // Read aloud only when the state changes, not at every tick of the seconds.
  const state = shown.text.replace(/[,\s]*[\d.]+ ?(ms|s|min|h)(?=,|$)/, "").replace(/ for$/, "");
  return (
    <Tooltip text={shown.explanation}>
      <span
        data-testid="freshness"
        data-state={state}
        className={`inline-flex items-center gap-1.5 whitespace-nowrap text-xs ${textClass[shown.tone]}`}
      >
        <span className={`size-1.5 shrink-0 rounded-full ${dotClass[shown.tone]}`} />
        <span aria-hidden="true">{shown.text}</span>
        <span className="sr-only" role="status">
          {state}
        </span>
      </span>
    </Tooltip>
  );
}
