"use client";
import { useState, useSyncExternalStore } from "react";
import { Button } from "../ui/Button.tsx";
import { useToast } from "../ui/Toast.tsx";
import { type BrowserState, browserState, keepWishes, onWishes, parseWishes, readWishes } from "./browserWishes.ts";
import type { Wanted } from "./news.ts";

const hindrances: Partial<Record<BrowserState, string>> = {
  denied: "This browser blocks notifications from this site: allow them in its settings for the site.",
  insecure: "Browsers show notifications only for pages opened by https, or on this machine.",
  none: "This browser does not support notifications.",
};

/** Whether this browser tells of the experiment: asked for by a click. */
export function InThisBrowser({ experimentId, wanted }: { experimentId: string; wanted: Wanted }) {
  const toast = useToast();
  const [state, setState] = useState(browserState);
  const kept = useSyncExternalStore(
    onWishes,
    () => readWishes(experimentId),
    () => null,
  );
  const isOn = state === "ready" && parseWishes(kept) !== null;
  const isSame = kept === JSON.stringify(wanted);
  const isNothing = !wanted.onEnd && !wanted.onFailure && wanted.bound === null;
  const turnOn = async () => {
    if (browserState() === "ask") await Notification.requestPermission();
    setState(browserState());
    if (browserState() !== "ready") return;
    if (!keepWishes(experimentId, wanted)) toast({ text: "This browser stores nothing for this site", tone: "bad" });
  };
  return (
    <div className="space-y-1">
      <p className="font-medium text-ink-soft text-xs">In this browser</p>
      <div className="flex flex-wrap items-center gap-2">
        {(!isOn || !isSame) && (
          <Button
            small
            disabled={isNothing || state in hindrances || (wanted.bound !== null && Number.isNaN(wanted.bound.value))}
            onClick={() => void turnOn()}
            data-testid="notify-browser"
          >
            {isOn ? "Change to this" : "Notify in this browser"}
          </Button>
        )}
        {isOn && (
          <Button small look="quiet" onClick={() => keepWishes(experimentId, null)} data-testid="notify-browser-off">
            Stop notifying here
          </Button>
        )}
        <span className="text-ink-faint text-xs">{hindrances[state] ?? "While this page is open, in any tab."}</span>
      </div>
    </div>
  );
}
