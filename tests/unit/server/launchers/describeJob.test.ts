import type { V1Job, V1JobCondition, V1Pod, V1PodStatus } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { describeJob } from "../../../../server/launchers/kubernetes/describeJob.ts";

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 12, minute));
const now = at(59);

function jobWith(
  status: V1Job["status"] = {},
  more: { suspend?: boolean; labels?: Record<string, string>; deletionTimestamp?: Date } = {},
): V1Job {
  const { suspend = false, labels = {}, deletionTimestamp } = more;
  return {
    metadata: {
      name: "collapsar-1",
      uid: "u1",
      creationTimestamp: at(0),
      labels,
      annotations: { "collapsar/slots": "4" },
      deletionTimestamp,
    },
    spec: { suspend, activeDeadlineSeconds: 600, template: {} },
    status,
  };
}

const podWith = (status: V1PodStatus, more: { created?: Date; deletionTimestamp?: Date; node?: string } = {}): V1Pod => ({
  metadata: { creationTimestamp: more.created ?? at(1), deletionTimestamp: more.deletionTimestamp },
  spec: { containers: [], nodeName: more.node },
  status,
});

const condition = (type: string, reason?: string, message?: string): V1JobCondition => ({
  type,
  status: "True",
  lastTransitionTime: at(40),
  reason,
  message,
});

const containerStatus = { name: "worker", image: "i", imageID: "", ready: false, restartCount: 0 };
const ended = (exitCode: number, reason: string, message?: string): V1PodStatus => ({
  phase: "Failed",
  containerStatuses: [{ ...containerStatus, state: { terminated: { exitCode, reason, message } } }],
});
const disrupted = (reason: string, message: string): V1PodStatus => ({
  ...ended(143, "Error"),
  conditions: [{ type: "DisruptionTarget", status: "True", reason, message }],
});

test("a Job of which there is no pod yet waits, with its slots", () => {
  expect(describeJob(jobWith(), [], now)).toEqual({
    id: "collapsar-1",
    state: "pending",
    since: "2030-01-01T12:00:00.000Z",
    startedAt: null,
    endsBy: null,
    node: null,
    slots: 4,
    reason: null,
    end: null,
  });
});

test.each<[string, V1PodStatus, string | null]>([
  [
    "no node has room",
    {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/3 nodes are available: 3 Insufficient cpu.",
        },
      ],
    },
    "Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.",
  ],
  [
    "the image is missing",
    {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "True" }],
      containerStatuses: [
        { ...containerStatus, state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "x"' } } },
      ],
    },
    'ImagePullBackOff: Back-off pulling image "x"',
  ],
  [
    "the secret is missing",
    {
      phase: "Pending",
      containerStatuses: [
        { ...containerStatus, state: { waiting: { reason: "CreateContainerConfigError", message: 'secret "t" not found' } } },
      ],
    },
    'CreateContainerConfigError: secret "t" not found',
  ],
  [
    "its container is being made",
    { phase: "Pending", containerStatuses: [{ ...containerStatus, state: { waiting: { reason: "ContainerCreating" } } }] },
    "ContainerCreating",
  ],
  ["nothing is known yet", { phase: "Pending" }, null],
  ["an earlier try crashed", ended(1, "Error", "Cannot find\n  module"), "Error, exit code 1: Cannot find module"],
])("a pod that waits says why where %s", (_what, status, reason) => {
  expect(describeJob(jobWith(), [podWith(status)], now)).toMatchObject({ state: "pending", reason, end: null });
});

test("a suspended Job waits for its queue, and says what Kubernetes says of that", () => {
  const waiting = jobWith({}, { suspend: true, labels: { "kueue.x-k8s.io/queue-name": "gpu" } });
  expect(describeJob(waiting, [], now)).toMatchObject({ state: "pending", reason: 'Suspended until the queue "gpu" admits it' });
  const told = jobWith({ conditions: [condition("Suspended", "JobSuspended", "Job suspended")] }, { suspend: true });
  expect(describeJob(told, [], now)).toMatchObject({ state: "pending", reason: "Suspended: Job suspended" });
});

test("a running one has a node, a start and an end that the cluster sets", () => {
  const running: V1PodStatus = {
    phase: "Running",
    containerStatuses: [{ ...containerStatus, state: { running: { startedAt: at(5) } } }],
  };
  expect(describeJob(jobWith({ startTime: at(2), active: 1 }), [podWith(running, { node: "node-7" })], now)).toEqual({
    id: "collapsar-1",
    state: "running",
    since: "2030-01-01T12:05:00.000Z",
    startedAt: "2030-01-01T12:05:00.000Z",
    endsBy: "2030-01-01T12:12:00.000Z",
    node: "node-7",
    slots: 4,
    reason: null,
    end: null,
  });
});

test("what the latest pod does counts, not what an earlier one did", () => {
  const pods = [
    podWith({ phase: "Running" }, { created: at(9), node: "b" }),
    podWith(ended(1, "Error"), { created: at(3), node: "a" }),
  ];
  expect(describeJob(jobWith(), pods, now)).toMatchObject({ state: "running", node: "b" });
});

test("one that is being deleted is ending, from a time that is not to come", () => {
  const running: V1PodStatus = { phase: "Running" };
  expect(describeJob(jobWith({}, { deletionTimestamp: at(30) }), [podWith(running)], now)).toMatchObject({
    state: "ending",
    since: "2030-01-01T12:30:00.000Z",
  });
  const later = new Date(now.getTime() + 60_000);
  expect(describeJob(jobWith(), [podWith(running, { deletionTimestamp: later })], now)).toMatchObject({
    state: "ending",
    since: now.toISOString(),
  });
});

test("a complete one has finished", () => {
  expect(describeJob(jobWith({ conditions: [condition("Complete")] }), [], now)).toMatchObject({
    state: "ended",
    since: "2030-01-01T12:40:00.000Z",
    reason: null,
    end: "finished",
  });
});

test.each<[string, V1JobCondition, V1PodStatus | null, string, string]>([
  [
    "its time was up",
    condition("Failed", "DeadlineExceeded", "Job was active longer than specified deadline"),
    null,
    "time-limit",
    "DeadlineExceeded: Job was active longer than specified deadline",
  ],
  [
    "it took too much memory",
    condition("Failed", "FailedIndexes", "Job has failed indexes"),
    ended(137, "OOMKilled"),
    "out-of-memory",
    "FailedIndexes: OOMKilled, exit code 137",
  ],
  [
    "its worker was refused",
    condition("Failed", "PodFailurePolicy", "matching FailJob rule at index 1"),
    ended(2, "Error", "The token is unknown."),
    "failed",
    "PodFailurePolicy: Error, exit code 2: The token is unknown.",
  ],
  [
    "another pod took its place",
    condition("Failed", "FailedIndexes"),
    disrupted("PreemptionByScheduler", "preempting to accommodate a higher priority pod"),
    "preempted",
    "FailedIndexes: PreemptionByScheduler: preempting to accommodate a higher priority pod",
  ],
  [
    "its node went away",
    condition("Failed", "FailedIndexes"),
    disrupted("DeletionByTaintManager", "node.kubernetes.io/not-ready"),
    "node-lost",
    "FailedIndexes: DeletionByTaintManager: node.kubernetes.io/not-ready",
  ],
  [
    "its node was short of disk",
    condition("Failed", "FailedIndexes"),
    { phase: "Failed", reason: "Evicted", message: "The node was low on resource: ephemeral-storage." },
    "preempted",
    "FailedIndexes: Evicted: The node was low on resource: ephemeral-storage.",
  ],
  [
    "its pods are gone",
    condition("Failed", "BackoffLimitExceeded", "too many"),
    null,
    "failed",
    "BackoffLimitExceeded: too many",
  ],
  ["nothing is said", condition("Failed"), null, "failed", "no reason given"],
])("a failed one says why where %s", (_what, failed, status, end, reason) => {
  const pods = status === null ? [] : [podWith(status)];
  expect(describeJob(jobWith({ conditions: [failed] }), pods, now)).toMatchObject({ state: "ended", end, reason });
});

test("a condition that is not true says nothing, and neither do slots that are no number", () => {
  const job = jobWith({ conditions: [{ ...condition("Failed", "x"), status: "False" }] });
  job.metadata!.annotations = { "collapsar/slots": "99999999" };
  expect(describeJob(job, [], now)).toMatchObject({ state: "pending", slots: 1 });
});

test("a long reason is cut", () => {
  const { reason } = describeJob(jobWith({ conditions: [condition("Failed", "Long", "x".repeat(5_000))] }), [], now);
  expect(reason).toHaveLength(300);
});
