import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Job } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { smallStudy } from "../../support/builders/study.ts";
import { RecordedApi } from "../../support/kubernetes/recordedApi.ts";
import { TestServer } from "../../support/processes/server.ts";
import { node, realWorker } from "../../support/processes/workerProcess.ts";

const token = "Zk3tQ8vLw1xR6bN0pY7mUa";
let folder: string;
let api: RecordedApi;
let server: TestServer | null;
let worker: ChildProcess | null;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-kube-"));
  api = await RecordedApi.open();
  server = null;
  worker = null;
});
afterEach(async () => {
  if (worker !== null && worker.exitCode === null) {
    const ended = new Promise((resolve) => worker!.once("exit", resolve));
    worker.kill("SIGTERM");
    await ended;
  }
  await server?.stop();
  await api.close();
  rmSync(folder, { recursive: true });
});

/** Once more on the same data after it was killed. */
const start = async () => {
  server = await TestServer.start({
    dataDir: join(folder, "data"),
    env: {
      COLLAPSAR_KUBERNETES: "on",
      COLLAPSAR_KUBERNETES_NAMESPACE: "lab",
      COLLAPSAR_KUBERNETES_IMAGE: "r.example.org/collapsar:1",
      COLLAPSAR_KUBERNETES_CORES: "1",
      COLLAPSAR_KUBERNETES_WAIT_S: "0",
      COLLAPSAR_KUBERNETES_IDLE_S: "1",
      COLLAPSAR_KUBERNETES_LOOK_S: "1",
      COLLAPSAR_KUBECONFIG: api.writeKubeconfig(join(folder, "config")),
      COLLAPSAR_CLUSTER_TOKEN: token,
    },
  });
  return server;
};

const launcherView = async () => {
  const { launchers } = await server!.call("launchers.list");
  return launchers.find(({ kind }) => kind === "kubernetes");
};

test("a run that waits is ordered a worker, which trains it as the Job says, and the Job goes once it is of no use", async () => {
  api.keepJobs();
  const started = await start();
  const { id } = await started.call("experiments.launch", { name: "small", config: smallStudy({ depths: [3], steps: 200 }) });
  await expect.poll(() => api.kept.length).toBe(1);
  const [job] = api.kept as V1Job[];
  await expect
    .poll(async () => (await launcherView())?.jobs.map((one) => [one.id, one.state]))
    .toEqual([[job!.metadata!.name, "pending"]]);

  // As a node would: the token is a file, the scratch folder an empty one.
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, token, { mode: 0o400 });
  const own: Record<string, string> = { "/var/run/secrets/collapsar/token": tokenFile, "/scratch": folder };
  const [program, ...args] = job!.spec!.template.spec!.containers[0]!.args!;
  expect(program).toBe("workers/main.ts");
  worker = spawn(node, [realWorker, ...args.map((arg) => own[arg] ?? arg)], { stdio: "ignore" });
  await expect
    .poll(async () => (await started.call("experiments.get", { id })).runs.map(({ status }) => status))
    .toEqual(["finished"]);
  expect((await started.call("workers.list")).map(({ name, slots }) => [name, slots])).toEqual([
    [`k8s-${job!.metadata!.name}`, 1],
  ]);
  await expect.poll(() => api.kept).toEqual([]);
  expect(api.sent.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual([
    `/apis/batch/v1/namespaces/lab/jobs/${job!.metadata!.name}`,
  ]);
  expect(api.unforeseen).toEqual([]);
});

test("a cluster that refuses is said on the workers' page, stops nothing, and is asked again", async () => {
  api.expect("mayNotList");
  const started = await start();
  await expect
    .poll(async () => (await launcherView())?.trouble?.message)
    .toContain('Kubernetes does not let the user of the kubeconfig list Jobs in "lab"');
  const { id } = await started.call("experiments.launch", { name: "small", config: smallStudy({ depths: [3], steps: 200 }) });
  expect((await started.call("experiments.get", { id })).runs.map(({ status }) => status)).toEqual(["queued"]);
  api.keepJobs();
  await expect.poll(() => api.kept.length).toBe(1);
  await expect.poll(async () => (await launcherView())?.trouble).toBeNull();
});

test("a server that is started again finds what it ordered, and orders no second one", async () => {
  api.keepJobs();
  const first = await start();
  await first.call("experiments.launch", { name: "small", config: smallStudy({ depths: [3], steps: 200 }) });
  await expect.poll(() => api.kept.length).toBe(1);
  await first.kill();
  const looked = api.sent.length;
  await start();
  await expect.poll(() => api.sent.length).toBeGreaterThan(looked + 6);
  expect(api.kept).toHaveLength(1);
  expect((await launcherView())?.jobs).toHaveLength(1);
});

test("a token that was revoked stays so, and that is said", async () => {
  api.keepJobs();
  const first = await start();
  const [kept] = await first.call("workers.tokens");
  expect(kept).toMatchObject({ name: "Cluster (COLLAPSAR_CLUSTER_TOKEN)", revokedAt: null });
  await first.call("workers.revokeToken", { id: kept!.id });
  await first.kill();
  const again = await start();
  expect(again.output).toContain("COLLAPSAR_CLUSTER_TOKEN was revoked");
  expect(await again.call("workers.tokens")).toMatchObject([{ id: kept!.id, revokedAt: expect.any(String) }]);
});
