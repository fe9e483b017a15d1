"use client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { PanelBoundary } from "./PanelBoundary.tsx";

/** The first drawing of what lies below the window waits for a quiet moment, but no longer than this. */
const latestMountMs = 2_500;

/**
 * Keeps its content up to date only while it is near the window: what is scrolled away keeps its last picture and costs
 * nothing, however fast points arrive. What breaks in it leaves the rest of the page alone.
 * @param what is inside, as a person calls it
 */
export function WhenVisible({ height, what, children }: { height: number; what: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  const [mounted, setMounted] = useState(false);
  const last = useRef<ReactNode>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), { rootMargin: "240px 0px" });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback !== "function") {
      const timer = setTimeout(() => setMounted(true), latestMountMs / 2);
      return () => clearTimeout(timer);
    }
    const request = requestIdleCallback(() => setMounted(true), { timeout: latestMountMs });
    return () => cancelIdleCallback(request);
  }, []);
  if (near || (mounted && last.current === null)) last.current = children;
  return (
    <div ref={box} className="min-w-0" style={last.current === null ? { minHeight: height } : undefined}>
      <PanelBoundary what={what}>{last.current}</PanelBoundary>
    </div>
  );
}
