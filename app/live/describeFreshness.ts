import { formatAge, formatDuration } from "../../contract/formatDuration.ts";
import type { Freshness } from "./FreshnessStore.ts";

/** Silence longer than this while a run is training means that something is late. */
const lateAfterMs = 8_000;
/** A run that takes no step for this long, and for this many of its usual steps, has stalled. */
const stillAfterMs = 20_000;
const stillAfterSteps = 10;

interface ShownFreshness {
  tone: "good" | "warn" | "bad" | "quiet";
  text: string;
  explanation: string;
}

/** What the page knows of the runs that it shows. */
export interface Activity {
  /** Runs are on workers now. */
  active: boolean;
  /** A run waits for another worker after losing its own. */
  resuming?: boolean;
  /** Usual time of a step of the slowest run that is training; null while none is known, or none is expected (data are being read). */
  stepMs?: number | null;
  /** How long the server has known a run to be stalled, ms; null if none is. */
  stalledMs?: number | null;
  /** Why the server cannot store or read now, as it put it. */
  trouble?: string | null;
}

/** What the badge says of a page. @param now of the clock of `freshness` */
export function describeFreshness(freshness: Freshness, now: number, activity: Activity): ShownFreshness {
  const shown = describeLink(freshness, now) ?? describeRuns(freshness, now, activity);
  if (!freshness.polling || freshness.link !== "joined") return shown;
  return {
    ...shown,
    text: `${shown.text}, by polling`,
    explanation: `${shown.explanation} Something between this page and the server, such as a proxy, blocks lasting connections (WebSocket), so the page polls: nothing is lost, but updates may arrive a little later.`,
  };
}

function describeLink({ link, message, heardAt }: Freshness, now: number): ShownFreshness | null {
  switch (link) {
    case "refused":
      return { tone: "bad", text: "not live", explanation: message ?? "The server refused to send live data." };
    case "connecting":
      return { tone: "quiet", text: "connecting", explanation: "The page is connecting to the server's live channel." };
    case "lost":
      return {
        tone: "bad",
        text: `delayed ${formatAge(heardAt === null ? 0 : now - heardAt)}`,
        explanation: "The connection to the server is lost. The page keeps trying, and then reads what it missed.",
      };
    case "joined":
      return null;
  }
}

function describeRuns(freshness: Freshness, now: number, activity: Activity): ShownFreshness {
  const { active, resuming = false, stepMs = null, stalledMs = null, trouble = null } = activity;
  const quietMs = freshness.heardAt === null ? 0 : now - freshness.heardAt;
  const stillMs = freshness.movedAt === null ? 0 : now - freshness.movedAt;
  if (stalledMs !== null)
    return {
      tone: "bad",
      text: `stalled for ${formatAge(stalledMs)}`,
      explanation:
        "A run's process is doing nothing, although its worker answers. If this continues, the worker ends it and resumes the run from its last checkpoint.",
    };
  if (trouble !== null) return { tone: "warn", text: active ? `delayed ${formatAge(quietMs)}` : "delayed", explanation: trouble };
  if (resuming)
    return {
      tone: "warn",
      text: "worker lost, resuming",
      explanation:
        "A worker stopped answering, or a run crashed on it. The run is queued again and resumes from its last checkpoint.",
    };
  if (!active)
    return { tone: "quiet", text: "up to date", explanation: "Nothing is training here now; any change will show at once." };
  if (quietMs > lateAfterMs)
    return {
      tone: "warn",
      text: `delayed ${formatAge(quietMs)}`,
      explanation: "Runs are training, but nothing has been heard from them for a while.",
    };
  if (stillMs > Math.max(stillAfterMs, stillAfterSteps * (stepMs ?? 0)))
    return stepMs === null
      ? {
          tone: "quiet",
          text: `nothing new for ${formatAge(stillMs)}`,
          explanation:
            "The worker answers; a run is reading its data or being evaluated after training, and takes no steps in the meantime.",
        }
      : {
          tone: "warn",
          text: `no step for ${formatAge(stillMs)}`,
          explanation: `The worker answers, but no run has taken a step for a while; one usually takes ${formatDuration(stepMs)}.`,
        };
  return {
    tone: "good",
    text: freshness.lagMs === null ? "live" : `live, ${formatAge(freshness.lagMs)}`,
    explanation: "Time from the last measurement on the worker to this page.",
  };
}
