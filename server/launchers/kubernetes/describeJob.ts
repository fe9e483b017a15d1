import type { V1Job, V1Pod, V1PodCondition } from "@kubernetes/client-node";
import type { JobEnd, LaunchedJob } from "../../../contract/launcher.ts";
import { storableText } from "../../../contract/wireText.ts";
import { labelNames } from "./labels.ts";

const reasonLength = 300;

/**
 * A Job of one worker, with its pods, as a job of the launcher: what its latest pod does, and in Kubernetes' words why it waits or
 * has ended.
 */
export function describeJob(job: V1Job, pods: readonly V1Pod[], now: Date): LaunchedJob {
  const pod = [...pods].sort((a, b) => timeOf(b.metadata?.creationTimestamp) - timeOf(a.metadata?.creationTimestamp))[0];
  const container = pod?.status?.containerStatuses?.[0]?.state;
  const startedAt = container?.running?.startedAt ?? container?.terminated?.startedAt ?? null;
  const { activeDeadlineSeconds } = job.spec ?? {};
  const jobStart = job.status?.startTime;
  const shown = stateOf(job, pod, now);
  return {
    id: job.metadata?.name ?? "",
    state: shown.state,
    since: new Date(shown.since ?? job.metadata?.creationTimestamp ?? now).toISOString(),
    startedAt: startedAt === null ? null : new Date(startedAt).toISOString(),
    endsBy:
      jobStart === undefined || activeDeadlineSeconds === undefined
        ? null
        : new Date(timeOf(jobStart) + 1_000 * activeDeadlineSeconds).toISOString(),
    node: pod?.spec?.nodeName ?? null,
    slots: slotsIn(job),
    reason: shown.reason === null ? null : storableText(shown.reason.replace(/\s+/g, " ").trim(), reasonLength),
    end: shown.end ?? null,
  };
}

/** What it was ordered with; 1 where somebody removed or changed that. */
function slotsIn(job: V1Job): number {
  const text = job.metadata?.annotations?.[labelNames.slots] ?? "";
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 1;
}

interface Shown {
  state: LaunchedJob["state"];
  since: Date | undefined;
  reason: string | null;
  end?: JobEnd;
}

function stateOf(job: V1Job, pod: V1Pod | undefined, now: Date): Shown {
  const { conditions = [], startTime } = job.status ?? {};
  const complete = conditions.find(isTrue("Complete"));
  if (complete) return { state: "ended", since: complete.lastTransitionTime, reason: null, end: "finished" };
  const failed = conditions.find(isTrue("Failed"));
  if (failed) return { state: "ended", since: failed.lastTransitionTime, ...failure(failed, pod) };
  const leaving = job.metadata?.deletionTimestamp ?? pod?.metadata?.deletionTimestamp;
  // A deletion's time is the one at which its grace ends, which may be to come.
  if (leaving) return { state: "ending", since: new Date(Math.min(timeOf(leaving), now.getTime())), reason: null };
  if (job.spec?.suspend)
    return { state: "pending", since: startTime, reason: suspended(job, conditions.find(isTrue("Suspended"))) };
  if (pod?.status?.phase === "Running") {
    const begun = pod.status.containerStatuses?.[0]?.state?.running?.startedAt;
    return { state: "running", since: begun ?? pod.status.startTime, reason: null };
  }
  // A pod that failed is replaced, and why is worth telling until then.
  const reason = pod === undefined ? null : pod.status?.phase === "Failed" ? failureOfPod(pod).reason : whyWaiting(pod);
  return { state: "pending", since: pod?.metadata?.creationTimestamp, reason };
}

function suspended(job: V1Job, condition: { message?: string } | undefined): string {
  const queue = job.metadata?.labels?.[labelNames.queue];
  const why = queue === undefined ? "Suspended" : `Suspended until the queue "${queue}" admits it`;
  return condition?.message ? `${why}: ${condition.message}` : why;
}

/** Unschedulable, ImagePullBackOff and the like; null while nothing is wrong. */
function whyWaiting({ status }: V1Pod): string | null {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting;
  if (waiting?.reason && waiting.reason !== "ContainerCreating") return joined(waiting.reason, waiting.message);
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return joined(scheduled.reason, scheduled.message);
  return waiting?.reason ?? null;
}

const ends: Record<string, JobEnd> = {
  PreemptionByScheduler: "preempted",
  EvictionByEvictionAPI: "preempted",
  TerminationByKubelet: "preempted",
  DeletionByTaintManager: "node-lost",
  DeletionByPodGC: "node-lost",
};

/** Of a Job: its own words, and those of its pod, which know the exit code. */
function failure(job: { reason?: string; message?: string }, pod: V1Pod | undefined): { reason: string; end: JobEnd } {
  if (job.reason === "DeadlineExceeded") return { reason: joined(job.reason, job.message), end: "time-limit" };
  if (pod?.status?.phase !== "Failed") return { reason: joined(job.reason, job.message), end: "failed" };
  const { reason, end } = failureOfPod(pod);
  return { reason: joined(job.reason, reason), end };
}

function failureOfPod({ status }: V1Pod): { reason: string; end: JobEnd } {
  const disrupted = status?.conditions?.find(isTrue("DisruptionTarget"));
  if (disrupted)
    return {
      reason: joined(status?.reason ?? disrupted.reason, disrupted.message ?? status?.message),
      end: ends[disrupted.reason ?? ""] ?? "preempted",
    };
  if (status?.reason === "Evicted") return { reason: joined(status.reason, status.message), end: "preempted" };
  if (status?.reason === "DeadlineExceeded") return { reason: joined(status.reason, status.message), end: "time-limit" };
  const ended = status?.containerStatuses?.[0]?.state?.terminated;
  if (ended === undefined) return { reason: joined(status?.reason, status?.message), end: "failed" };
  const what = `${ended.reason ?? "Error"}, exit code ${ended.exitCode}`;
  return { reason: joined(what, ended.message), end: ended.reason === "OOMKilled" ? "out-of-memory" : "failed" };
}

const isTrue =
  (type: string) =>
  (condition: Pick<V1PodCondition, "type" | "status">): boolean =>
    condition.type === type && condition.status === "True";

const joined = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(": ") || "no reason given";

const timeOf = (at: Date | string | undefined): number => (at === undefined ? 0 : new Date(at).getTime());
