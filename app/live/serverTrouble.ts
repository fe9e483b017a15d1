"use client";
import { useSyncExternalStore } from "react";

/** What the server last reported about a database that is away or full, for all parts of this page. */
let said: string | null = null;
const listeners = new Set<() => void>();

export function setServerTrouble(message: string | null): void {
  if (message === said) return;
  said = message;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Why this page may be behind, as the server put it; null while all is well. */
export const useServerTrouble = (): string | null =>
  useSyncExternalStore(
    subscribe,
    () => said,
    () => null,
  );
