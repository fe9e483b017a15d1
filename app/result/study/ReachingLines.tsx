"use client";
import { type Reaching, reachingText } from "../model/study/smallestReaching.ts";

interface ReachingLinesProps {
  reached: readonly Reaching[];
  metric: string;
  tau: number;
  /** "width d" or "channels". */
  unit: string;
}

/** For each curve the smallest width that reaches the threshold, in words. */
export function ReachingLines({ reached, metric, tau, unit }: ReachingLinesProps) {
  if (reached.length === 0) return null;
  return (
    <ul className="text-sm" data-testid="smallest-width" aria-live="polite">
      {reached.map((one) => (
        <li key={one.key}>{reachingText(one, metric, tau, unit)}</li>
      ))}
    </ul>
  );
}
