import { notificationWishes } from "../../contract/wire/notifications.ts";
import type { Wanted } from "./news.ts";

const keyOf = (experimentId: string) => `collapsar.notify.${experimentId}`;
const listeners = new Set<() => void>();

/** What this browser was asked to tell of an experiment; null: nothing. Kept in the browser alone. */
export function readWishes(experimentId: string): string | null {
  try {
    return localStorage.getItem(keyOf(experimentId));
  } catch {
    return null;
  }
}

export function parseWishes(text: string | null): Wanted | null {
  try {
    return text === null ? null : notificationWishes.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** @returns whether the browser could keep it */
export function keepWishes(experimentId: string, wanted: Wanted | null): boolean {
  try {
    if (wanted === null) localStorage.removeItem(keyOf(experimentId));
    else localStorage.setItem(keyOf(experimentId), JSON.stringify(wanted));
    return true;
  } catch {
    return false;
  } finally {
    for (const tell of listeners) tell();
  }
}

export function onWishes(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** "ready" after a click that allows it; what a browser can refuse is said in words. */
export type BrowserState = "ready" | "ask" | "denied" | "insecure" | "none";

export function browserState(): BrowserState {
  if (typeof window === "undefined") return "none";
  if (!window.isSecureContext) return "insecure";
  if (!("Notification" in window)) return "none";
  return Notification.permission === "granted" ? "ready" : Notification.permission === "denied" ? "denied" : "ask";
}
