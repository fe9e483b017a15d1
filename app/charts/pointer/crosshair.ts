"use client";
import { createContext, useContext, useSyncExternalStore } from "react";

interface CrosshairAt {
  /** Measured x (a step, a depth, …). */
  x: number;
  /** What x counts: panels with the same axis follow each other. */
  axis: string;
  /** Panel under the pointer. */
  panel: string;
}

/** Where the pointer is over the panels of a page; kept outside React so that charts do not render again as it moves. */
export class CrosshairStore {
  private at: CrosshairAt | null = null;
  private readonly listeners = new Set<() => void>();

  readonly get = (): CrosshairAt | null => this.at;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  move(at: CrosshairAt | null): void {
    if (this.at?.x === at?.x && this.at?.panel === at?.panel) return;
    this.at = at;
    for (const listener of this.listeners) listener();
  }
}

export const CrosshairContext = createContext<CrosshairStore>(new CrosshairStore());

export const useCrosshairStore = (): CrosshairStore => useContext(CrosshairContext);

/** The shared position, for panels whose x counts the same thing; null elsewhere. */
export function useCrosshair(axis: string): CrosshairAt | null {
  const store = useCrosshairStore();
  const at = useSyncExternalStore(store.subscribe, store.get, () => null);
  return at !== null && at.axis === axis ? at : null;
}
