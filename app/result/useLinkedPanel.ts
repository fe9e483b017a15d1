"use client";
import { useEffect } from "react";

/** Scrolls to the panel that the address links to: the panel exists only once the experiment is read. */
export function useLinkedPanel(isRead: boolean): void {
  useEffect(() => {
    const panel = isRead && window.location.hash.startsWith("#panel-") ? window.location.hash.slice(1) : null;
    if (panel === null) return;
    const timer = setTimeout(() => document.getElementById(panel)?.scrollIntoView(), 600);
    return () => clearTimeout(timer);
  }, [isRead]);
}
