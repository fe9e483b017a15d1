"use client";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { browserState, onWishes, parseWishes, readWishes } from "./browserWishes.ts";
import { look, newsBetween, type Scene, type Seen } from "./news.ts";

/** Tells what a person asked to hear of the experiment on this page, while it is open, also in another tab. */
export function useBrowserNotifications(experiment: { id: string; name: string } & Scene): void {
  const { id, name, status, runs } = experiment;
  const text = useSyncExternalStore(
    onWishes,
    () => readWishes(id),
    () => null,
  );
  const seen = useRef<{ text: string | null; seen: Seen } | null>(null);
  useEffect(() => {
    const wanted = parseWishes(text);
    if (wanted === null) {
      seen.current = null;
      return;
    }
    const now = look({ status, runs }, wanted);
    const before = seen.current;
    seen.current = { text, seen: now };
    // What is so when it is asked for is no news.
    if (before === null || before.text !== text || browserState() !== "ready") return;
    for (const line of newsBetween(before.seen, now, wanted)) show(name, line, `${id} ${line}`);
  }, [id, name, text, status, runs]);
}

function show(title: string, body: string, tag: string): void {
  try {
    const shown = new Notification(title, { body, tag, icon: "/icon.svg" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Phones have notifications by a service worker alone.
  }
}
