import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../../contract/failure.ts";
import { formatDuration } from "../../../contract/formatDuration.ts";
import { isTerminal, type RunCounts, type RunStatus, runStatuses } from "../../../contract/status.ts";
import type { ExperimentSummary } from "../../../contract/wire/views.ts";
import type { ApiClient } from "../client/apiClient.ts";
import { count } from "../count.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { Progress } from "../progress.ts";

/** Time between two looks, ms. */
const everyMs = 1_000;

type Followed = Pick<ExperimentSummary, "id" | "name" | "status" | "counts" | "progress" | "timeLeftMs">;

interface Terms {
  client: ApiClient;
  output: Output;
  /** A server that has answered and no longer does is waited for so long, ms. */
  patienceMs: number;
}

/**
 * Shows a study's progress until its last run has ended. Ctrl+C ends only that.
 * @returns what the program ends with
 */
export async function followStudy(id: string, { client, output, patienceMs }: Terms): Promise<number> {
  const progress = new Progress(output);
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals) => stopping.abort(signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  let hasAnswered = false;
  let awaySince: number | null = null;
  try {
    for (;;) {
      try {
        const study = await client.json<Followed>("GET", `/experiments/${id}`);
        hasAnswered = true;
        awaySince = null;
        const ended = tell(study, progress, output);
        if (ended) return finish(study, client, output, progress);
      } catch (error) {
        if (!hasAnswered || !(error instanceof Failure) || error.code !== "UNAVAILABLE") throw error;
        if (awaySince === null) output.note("The server does not answer: its workers keep training, and it is asked again.");
        awaySince ??= performance.now();
        if (performance.now() - awaySince >= patienceMs) throw error;
      }
      if (stopping.signal.aborted) return leave(id, stopping.signal.reason as NodeJS.Signals, client, output, progress);
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return leave(id, stopping.signal.reason as NodeJS.Signals, client, output, progress);
    }
  } finally {
    progress.stop();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  }
}

/** @returns whether all runs have ended */
function tell(study: Followed, progress: Progress, output: Output): boolean {
  const { id, status, counts, timeLeftMs } = study;
  const share = Math.min(1, Math.max(0, study.progress));
  progress.show(share, textOf(study), `${Math.floor(10 * share)} ${runStatuses.map((one) => counts[one] ?? 0).join(" ")}`);
  output.document({ event: "progress", id, status, progress: share, timeLeftMs, counts, at: new Date().toISOString() });
  return status === "finished" || status === "incomplete";
}

function finish(study: Followed, client: ApiClient, output: Output, progress: Progress): number {
  const { id, name, status, counts } = study;
  const exitCode = endCode(counts);
  progress.stop();
  output.line(`${name}: ${endText(counts)}. ${client.url}/e/${id}`);
  output.document({ event: "ended", id, status, counts, url: `${client.url}/e/${id}`, exitCode });
  return exitCode;
}

function leave(id: string, signal: NodeJS.Signals, client: ApiClient, output: Output, progress: Progress): number {
  const exitCode = signal === "SIGTERM" ? exitCodes.terminated : exitCodes.interrupted;
  progress.stop();
  output.note(`The study keeps running: ${client.url}/e/${id} shows it, “npx collapsar follow ${id}” follows it again.`);
  output.document({ event: "left", id, url: `${client.url}/e/${id}`, exitCode });
  return exitCode;
}

const sum = (counts: RunCounts, wanted: (status: RunStatus) => boolean) =>
  runStatuses.filter(wanted).reduce((total, status) => total + (counts[status] ?? 0), 0);

function textOf({ status, counts, timeLeftMs }: Followed): string {
  const ended = sum(counts, isTerminal);
  const lost = (["failed", "diverged", "cancelled"] as const).flatMap((one) => (counts[one] ? [`${counts[one]} ${one}`] : []));
  const all = sum(counts, () => true);
  const left = timeLeftMs === null || ended === all || status === "paused" ? "" : `, about ${formatDuration(timeLeftMs)} left`;
  const state = counts.running
    ? `, ${counts.running} running`
    : status === "paused"
      ? ", paused"
      : status === "queued"
        ? ", waiting for a worker"
        : "";
  return `${ended} of ${count(all, "run")} ended${lost.length > 0 ? ` (${lost.join(", ")})` : ""}${state}${left}`;
}

/** "15 of 18 runs finished, 3 failed" */
function endText(counts: RunCounts): string {
  const others = (["failed", "diverged", "cancelled"] as const).flatMap((one) =>
    counts[one] ? [`, ${counts[one]} ${one}`] : [],
  );
  return `${counts.finished} of ${count(
    sum(counts, () => true),
    "run",
  )} finished${others.join("")}`;
}

export function endCode(counts: RunCounts): number {
  if (counts.failed + counts.diverged > 0) return exitCodes.runsFailed;
  return counts.cancelled > 0 ? exitCodes.runsCancelled : exitCodes.done;
}
