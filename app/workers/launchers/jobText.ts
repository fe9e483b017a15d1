import { formatDuration } from "../../../contract/formatDuration.ts";
import type { JobEnd, LaunchedJobView } from "../../../contract/launcher.ts";

type Tone = "plain" | "good" | "busy" | "warn" | "bad";

const ends: Record<JobEnd, { text: string; tone: Tone }> = {
  finished: { text: "finished", tone: "plain" },
  failed: { text: "failed", tone: "bad" },
  "out-of-memory": { text: "out of memory", tone: "bad" },
  "time-limit": { text: "time limit", tone: "warn" },
  preempted: { text: "preempted", tone: "warn" },
  "node-lost": { text: "node failed", tone: "warn" },
  cancelled: { text: "cancelled", tone: "plain" },
  unknown: { text: "ended", tone: "plain" },
};

/** What state a job is in, in a word or two. */
export function jobState({ state, end }: Pick<LaunchedJobView, "state" | "end">): { text: string; tone: Tone } {
  if (state === "ended") return ends[end ?? "unknown"];
  if (state === "running") return { text: "running", tone: "busy" };
  return { text: state === "ending" ? "ending" : "waiting", tone: "plain" };
}

/** How long a worker may take to connect after its job began, ms. */
const connectMs = 120_000;

/** What there is to add: the time it has left, why it waits, or that its worker does not come. */
export function jobNote(job: LaunchedJobView, now: number): string {
  const { state, startedAt, endsBy, reason, worker } = job;
  if (state === "running" && worker === null && startedAt !== null && now - Date.parse(startedAt) > connectMs)
    return "its worker has not connected: can the node reach this server?";
  if (state === "running" && endsBy !== null) return `${formatDuration(Math.max(0, Date.parse(endsBy) - now))} left`;
  return reason ?? "";
}
