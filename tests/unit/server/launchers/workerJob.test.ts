import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Job } from "kubernetes-models/batch/v1/Job";
import { expect, test } from "vitest";
import { type WorkerJob, workerJob } from "../../../../server/launchers/kubernetes/workerJob.ts";
import { parseOptions } from "../../../../workers/agent/options.ts";
import { workerEnvironment } from "../../../../workers/env.ts";
import { unknownFields } from "../../../support/kubernetes/unknownFields.ts";

const onCores: WorkerJob = {
  namespace: "lab",
  image: "registry.example.org/collapsar:1.0",
  server: "https://collapsar.example.org",
  secret: "collapsar-worker",
  device: "cpu",
  cores: 4,
  memoryGiB: 8,
  queue: null,
  name: "collapsar-night",
  workers: 12,
  minutes: 230,
  instance: null,
  workerName: null,
};
const onCards: WorkerJob = { ...onCores, device: "gpu", queue: "gpu-queue", instance: "lab-1", workers: 1, workerName: "k8s-x" };

const validate = (job: unknown) => new Job(job as never).validate();

test.each([
  ["cores", onCores],
  ["GPUs", onCards],
])("a Job of workers with %s fits the published schema, and has no field that the API lacks", (_what, order) => {
  const job = workerJob(order);
  expect(() => validate(job)).not.toThrow();
  expect(unknownFields("V1Job", job)).toEqual([]);
});

test("a Job that is wrong fits neither", () => {
  const job = workerJob(onCores);
  expect(() => validate({ ...job, spec: { ...job.spec, completions: "12" } })).toThrow("data/spec/completions must be integer");
  expect(() => validate({ ...job, spec: { ...job.spec, template: { spec: { containers: [{}] } } } })).toThrow(
    "must have required property name",
  );
  expect(unknownFields("V1Job", { ...job, spec: { ...job.spec, backOffLimit: 1 } })).toEqual([".spec.backOffLimit"]);
  const pod = { ...job.spec!.template.spec, containers: [{ name: "worker", command: [], requests: {} }] };
  expect(unknownFields("V1PodSpec", pod)).toEqual([".containers[0].requests"]);
});

test("the Job is indexed: one index a worker, three tries each, of which disruptions take none", () => {
  expect(workerJob(onCores).spec).toMatchObject({
    completionMode: "Indexed",
    completions: 12,
    parallelism: 12,
    suspend: false,
    backoffLimitPerIndex: 2,
    podReplacementPolicy: "Failed",
    podFailurePolicy: {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        { action: "FailJob", onExitCodes: { containerName: "worker", operator: "In", values: [2] } },
      ],
    },
    activeDeadlineSeconds: (230 + 60) * 60,
    ttlSecondsAfterFinished: 3_600,
  });
});

test("its pods end by themselves, are given a minute to hand back what they have, and may do nothing but compute", () => {
  const job = workerJob(onCores);
  expect(job.metadata).toEqual({
    name: "collapsar-night",
    namespace: "lab",
    labels: { "app.kubernetes.io/name": "collapsar-worker" },
    annotations: { "collapsar/slots": "4" },
  });
  const pod = job.spec!.template.spec!;
  expect(pod).toMatchObject({
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 60,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
  });
  expect(pod.tolerations).toBeUndefined();
  expect(pod.containers).toHaveLength(1);
  expect(pod.containers[0]).toMatchObject({
    image: "registry.example.org/collapsar:1.0",
    terminationMessagePolicy: "FallbackToLogsOnError",
    resources: { requests: { cpu: "4", memory: "8Gi" }, limits: { cpu: "4", memory: "8Gi" } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  });
});

test("the worker's token is a file of a secret that the Job names, in no argument and no variable", () => {
  const pod = workerJob(onCores).spec!.template.spec!;
  expect(pod.containers[0]!.args).toEqual([
    ...["workers/main.ts", "--server", "https://collapsar.example.org", "--token-file", "/var/run/secrets/collapsar/token"],
    ...[
      "--name",
      "collapsar-night-$(WORKER_INDEX)",
      "--ephemeral",
      "--scratch",
      "/scratch",
      "--data",
      "/scratch",
      "--until-idle",
      "5m",
    ],
    ...["--minutes", "230", "--device", "cpu", "--slots", "4"],
  ]);
  expect(pod.containers[0]!.env).toEqual([
    {
      name: "WORKER_INDEX",
      valueFrom: { fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" } },
    },
  ]);
  expect(pod.containers[0]!.volumeMounts).toContainEqual({
    name: "token",
    mountPath: "/var/run/secrets/collapsar",
    readOnly: true,
  });
  expect(pod.volumes).toEqual([
    { name: "scratch", emptyDir: { sizeLimit: "20Gi" } },
    { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
    {
      name: "token",
      secret: { secretName: "collapsar-worker", items: [{ key: "token", path: "token" }], defaultMode: 0o440 },
    },
  ]);
});

test("a worker with a GPU has one GPU and one slot, waits in Kueue's queue, and is its launcher's", () => {
  const job = workerJob(onCards);
  expect(job.metadata).toEqual({
    name: "collapsar-night",
    namespace: "lab",
    labels: {
      "app.kubernetes.io/name": "collapsar-worker",
      "app.kubernetes.io/instance": "lab-1",
      "app.kubernetes.io/managed-by": "collapsar",
      "kueue.x-k8s.io/queue-name": "gpu-queue",
    },
    annotations: { "collapsar/slots": "1" },
  });
  expect(job.spec!.suspend).toBe(true);
  expect(job.spec!.template.metadata!.labels).toEqual({
    "app.kubernetes.io/name": "collapsar-worker",
    "app.kubernetes.io/instance": "lab-1",
    "app.kubernetes.io/managed-by": "collapsar",
  });
  const pod = job.spec!.template.spec!;
  expect(pod.tolerations).toEqual([{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
  const resources = { cpu: "4", memory: "8Gi", "nvidia.com/gpu": "1" };
  expect(pod.containers[0]!.resources).toEqual({ requests: resources, limits: resources });
  expect(pod.containers[0]!.args).toEqual(expect.arrayContaining(["--name", "k8s-x", "--device", "auto", "--slots", "1"]));
});

test("the worker's program understands its arguments", () => {
  const folder = mkdtempSync(join(tmpdir(), "collapsar-token-"));
  const token = join(folder, "token");
  writeFileSync(token, "secret\n", { mode: 0o400 });
  const args = workerJob(onCards).spec!.template.spec!.containers[0]!.args!.slice(1);
  const mounted = args.map((arg) => (arg === "/var/run/secrets/collapsar/token" ? token : arg));
  const options = parseOptions(mounted, workerEnvironment());
  rmSync(folder, { recursive: true });
  expect(options).toMatchObject({
    server: "https://collapsar.example.org",
    token: "secret",
    name: "k8s-x",
    slots: 1,
    device: "auto",
    scratch: { folder: "/scratch" },
    dataDir: "/scratch",
    untilIdleMs: 300_000,
    allottedMs: 230 * 60_000,
  });
});
