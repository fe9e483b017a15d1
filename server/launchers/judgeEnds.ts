import type { JobEnd, LaunchedJob } from "../../contract/launcher.ts";

/** So many jobs that end badly in a row are the last: the next ones would as well. */
export const badEndsInRow = 5;
/** A job that is over so soon did nothing, whatever it says of its end. */
export const shortMs = 60_000;

/** Whether an end says something against the jobs that are ordered: a time limit and a preemption do not, and nor does a cluster's own fault. */
const judged: Record<JobEnd, "bad" | "bad if short" | "nothing"> = {
  finished: "bad if short",
  failed: "bad",
  "out-of-memory": "bad",
  "time-limit": "nothing",
  preempted: "nothing",
  "node-lost": "nothing",
  cancelled: "nothing",
  unknown: "nothing",
};

const words: Partial<Record<JobEnd, string>> = { finished: "finished", failed: "failed", "out-of-memory": "ran out of memory" };

/**
 * Why no more jobs are to be ordered, after jobs that ended; null while there is no reason.
 * @param ended those that are over, the newest first
 */
export function judgeEnds(ended: readonly Pick<LaunchedJob, "id" | "end" | "since" | "startedAt" | "reason">[]): string | null {
  const speaking = ended.filter(({ end }) => judged[end ?? "unknown"] !== "nothing");
  const last = speaking.slice(0, badEndsInRow);
  const [newest] = last;
  if (newest === undefined || last.length < badEndsInRow || !last.every(isBad)) return null;
  const how = isShort(newest) ? `after ${Math.round(ranMs(newest)! / 1_000)} s` : "";
  const said = [words[newest.end!], how, newest.reason ? `(${newest.reason})` : ""].filter((text) => text !== "").join(" ");
  return `The last ${badEndsInRow} jobs ended without doing any work; job ${newest.id} ${said}. Its log has the details.`;
}

const isBad = (job: Pick<LaunchedJob, "end" | "since" | "startedAt">): boolean => judged[job.end!] === "bad" || isShort(job);

function isShort(job: Pick<LaunchedJob, "since" | "startedAt">): boolean {
  const ms = ranMs(job);
  return ms !== null && ms < shortMs;
}

const ranMs = ({ since, startedAt }: Pick<LaunchedJob, "since" | "startedAt">): number | null =>
  startedAt === null ? null : Math.max(0, Date.parse(since) - Date.parse(startedAt));
