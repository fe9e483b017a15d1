import type { V1Job } from "@kubernetes/client-node";
import type { WorkerPlace } from "../../../contract/kubernetes.ts";
import { workerExit } from "../../../contract/workerExit.ts";
import { closedContainer, plainUser, scratchVolumes } from "./closedContainer.ts";
import { labelNames, workerLabels } from "./labels.ts";

export interface WorkerJob extends WorkerPlace {
  name: string;
  workers: number;
  /** Each worker takes no run beyond so many minutes. */
  minutes: number;
  /** Whose launcher made it; null: a person did, and no launcher touches it. */
  instance: string | null;
  /** Name under which its worker connects; null: the Job's and the worker's index. */
  workerName: string | null;
}

/** A worker with nothing to do leaves its node to others. */
const idleMinutes = 5;
/** Longest wait for a node, an image and a suspended worker's upload, before the Job is given up. */
const patienceMinutes = 60;
/** A stopped worker needs at most ten: the rest is for slow nodes. */
const graceSeconds = 60;
const triesPerWorker = 3;
const keptSeconds = 3_600;
const gpu = "nvidia.com/gpu";
/** CUDA needs the first two, WebGPU by Vulkan the third. */
const driverParts = { name: "NVIDIA_DRIVER_CAPABILITIES", value: "compute,utility,graphics" };
const tokenFolder = "/var/run/secrets/collapsar";

/** Runs at a time of one worker of it. */
export const slotsOf = ({ device, cores }: Pick<WorkerPlace, "device" | "cores">): number => (device === "gpu" ? 1 : cores);

/**
 * An Indexed Job of ephemeral workers. A disruption (drain, preemption, eviction) costs no try; a crash costs one of its own
 * worker's; a refused token or version ends the Job, since it would refuse all others too.
 */
export function workerJob(order: WorkerJob): V1Job {
  const labels = workerLabels(order.instance);
  const resources = {
    cpu: String(order.cores),
    memory: `${order.memoryGiB}Gi`,
    ...(order.device === "gpu" ? { [gpu]: "1" } : {}),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: order.name,
      namespace: order.namespace,
      labels: { ...labels, ...(order.queue === null ? {} : { [labelNames.queue]: order.queue }) },
      annotations: { [labelNames.slots]: String(slotsOf(order)) },
    },
    spec: {
      completionMode: "Indexed",
      completions: order.workers,
      parallelism: order.workers,
      // Kueue starts it once there is room.
      suspend: order.queue !== null,
      backoffLimitPerIndex: triesPerWorker - 1,
      podReplacementPolicy: "Failed",
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "FailJob", onExitCodes: { containerName: "worker", operator: "In", values: [workerExit.refused] } },
        ],
      },
      activeDeadlineSeconds: (order.minutes + patienceMinutes) * 60,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: graceSeconds,
          ...plainUser,
          ...(order.device === "gpu" ? { tolerations: [{ key: gpu, operator: "Exists", effect: "NoSchedule" }] } : {}),
          containers: [
            {
              name: "worker",
              image: order.image,
              args: workerArgs(order),
              env: [
                {
                  name: "WORKER_INDEX",
                  valueFrom: { fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" } },
                },
                ...(order.device === "gpu" ? [driverParts] : []),
              ],
              resources: { requests: resources, limits: resources },
              terminationMessagePolicy: "FallbackToLogsOnError",
              ...closedContainer,
              volumeMounts: [
                { name: "scratch", mountPath: "/scratch" },
                { name: "tmp", mountPath: "/tmp" },
                { name: "token", mountPath: tokenFolder, readOnly: true },
              ],
            },
          ],
          volumes: [
            ...scratchVolumes,
            {
              name: "token",
              secret: { secretName: order.secret, items: [{ key: "token", path: "token" }], defaultMode: 0o440 },
            },
          ],
        },
      },
    },
  };
}

/** The image's own program runs them; Kubernetes fills in $(WORKER_INDEX). */
const workerArgs = ({ server, minutes, device, cores, name, workerName }: WorkerJob): string[] => [
  "workers/main.ts",
  ...["--server", server],
  ...["--token-file", `${tokenFolder}/token`],
  ...["--name", workerName ?? `${name}-$(WORKER_INDEX)`],
  "--ephemeral",
  ...["--scratch", "/scratch"],
  // Data sets: the image's own folder for them cannot be written to.
  ...["--data", "/scratch"],
  ...["--until-idle", `${idleMinutes}m`],
  ...["--minutes", String(minutes)],
  ...["--device", device === "gpu" ? "auto" : "cpu"],
  ...["--slots", String(slotsOf({ device, cores }))],
];
