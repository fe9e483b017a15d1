import { formatAge } from "../text/formatDuration.ts";
import type { Freshness } from "./useWatch.ts";

/** Silence longer than this while a run is training means that something is late. */
const lateAfterMs = 8_000;

export interface ShownFreshness {
  tone: "good" | "warn" | "bad" | "quiet";
  text: string;
  explanation: string;
}

/** What the badge says of a page: `active` if runs are training now, `resuming` if a run waits for another worker after losing its own. */
export function describeFreshness(freshness: Freshness, now: number, active: boolean, resuming: boolean): ShownFreshness {
  const quietMs = freshness.heardAt === null ? 0 : now - freshness.heardAt;
  if (freshness.link === "refused")
    return { tone: "bad", text: "not live", explanation: freshness.message ?? "The server refused to send live data." };
  if (freshness.link === "connecting")
    return { tone: "quiet", text: "connecting", explanation: "The page is joining the live channel of the server." };
  if (freshness.link === "lost")
    return {
      tone: "bad",
      text: `delayed ${formatAge(quietMs)}`,
      explanation: "The connection to the server is lost. The page tries again by itself and then reads what it missed.",
    };
  if (resuming)
    return {
      tone: "warn",
      text: "worker lost, resuming",
      explanation: "A worker stopped answering. Its run is queued again and resumes from its last checkpoint.",
    };
  if (!active)
    return { tone: "quiet", text: "up to date", explanation: "Nothing is training here now; changes would show at once." };
  if (quietMs > lateAfterMs)
    return {
      tone: "warn",
      text: `delayed ${formatAge(quietMs)}`,
      explanation: "Runs are training, but no word of them has arrived for a while.",
    };
  return {
    tone: "good",
    text: freshness.lagMs === null ? "live" : `live, ${formatAge(freshness.lagMs)}`,
    explanation: "Time from the last measurement on the worker to this page.",
  };
}
