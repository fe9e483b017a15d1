"use client";
import { type ReactNode, useEffect, useRef, useState } from "react";

/**
 * Renders its content only while it is near the window: what is scrolled away keeps its last picture and costs nothing,
 * however fast points arrive.
 */
export function WhenVisible({ height, children }: { height: number; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  const last = useRef<ReactNode>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), { rootMargin: "240px 0px" });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  if (near) last.current = children;
  return (
    <div ref={box} className="min-w-0" style={last.current === null ? { minHeight: height } : undefined}>
      {last.current}
    </div>
  );
}
