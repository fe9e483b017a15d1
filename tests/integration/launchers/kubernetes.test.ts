import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Job } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../../../server/launchers/kubernetes/cluster.ts";
import { KubernetesLauncher } from "../../../server/launchers/kubernetes/kubernetesLauncher.ts";
import { workerJob } from "../../../server/launchers/kubernetes/workerJob.ts";
import { RecordedApi } from "../../support/kubernetes/recordedApi.ts";

const instance = "collapsar-1f2e3d4c";
const place = {
  namespace: "lab",
  image: "r.example.org/collapsar:1",
  server: "https://c.example.org",
  secret: "collapsar-worker",
  cores: 4,
  memoryGiB: 8,
  queue: null,
};
const order = { slots: 8, device: "cpu", minutes: 230 } as const;
const selector =
  "app.kubernetes.io/managed-by=collapsar,app.kubernetes.io/name=collapsar-worker,app.kubernetes.io/instance=collapsar-1f2e3d4c";

let folder: string;
let api: RecordedApi;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-kube-"));
  api = await RecordedApi.open();
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

function launcher(options: { kubeconfig?: string | null; timeoutMs?: number } = {}): KubernetesLauncher {
  const { kubeconfig = api.writeKubeconfig(join(folder, "config")), timeoutMs = 10_000 } = options;
  return new KubernetesLauncher(new Cluster({ namespace: "lab", kubeconfig, timeoutMs }), place, instance);
}

const foreseen = () => expect({ unforeseen: api.unforeseen, unasked: api.unasked }).toEqual({ unforeseen: [], unasked: 0 });

describe("orders", () => {
  test("are one Job a worker, each as the specification says, by the account of the kubeconfig", async () => {
    api.expect("order");
    const names = await launcher().order(order);
    expect(names).toHaveLength(2);
    expect(names[0]).toMatch(/^collapsar-[0-9a-f]{10}$/);
    expect(names[0]).not.toBe(names[1]);
    expect(api.sent.map(({ query, token }) => ({ query, token }))).toEqual(
      Array(2).fill({ query: { fieldValidation: "Strict" }, token: "a-token" }),
    );
    const jobs = names.map((name) =>
      workerJob({ ...place, name, device: "cpu", minutes: 230, workers: 1, instance, workerName: `k8s-${name}` }),
    );
    expect(api.sent.map(({ body }) => body)).toEqual(JSON.parse(JSON.stringify(jobs)));
    foreseen();
  });

  test("are as many as the slots need, of which a worker with a card has one", async () => {
    api.expect("order");
    await launcher().order({ slots: 2, device: "gpu", minutes: 60 });
    const limits = api.sent.map(({ body }) => (body as V1Job).spec!.template.spec!.containers[0]!.resources!.limits);
    expect(limits).toEqual(Array(2).fill({ cpu: "4", memory: "8Gi", "nvidia.com/gpu": "1" }));
    foreseen();
  });

  test("take another name where one is taken, or the quota was being counted", async () => {
    api.expect("nameTaken", "quotaCounted", "order");
    const [first, second] = await launcher().order(order);
    const names = api.sent.map(({ body }) => (body as V1Job).metadata!.name);
    expect(names).toEqual([expect.any(String), expect.any(String), first, second]);
    expect(new Set(names).size).toBe(4);
    foreseen();
  });

  test("that conflict three times are given up", async () => {
    api.expect("quotaCounted", "quotaCounted", "quotaCounted");
    await expect(launcher().order(order)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message:
        'Kubernetes could not create a Job in "lab". It says: Operation cannot be fulfilled on resourcequotas "lab": the object has been modified; please apply your changes to the latest version and try again',
    });
    foreseen();
  });

  test.each([
    [
      "overQuota",
      'Kubernetes does not let the user of the kubeconfig create a Job in "lab". It says: jobs.batch "collapsar-101eff7b7e" is forbidden: exceeded quota: lab, requested: count/jobs.batch=1, used: count/jobs.batch=8, limited: count/jobs.batch=8',
    ],
    [
      "mayNotOrder",
      'Kubernetes does not let the user of the kubeconfig create a Job in "lab". It says: jobs.batch is forbidden: User "nobody" cannot create resource "jobs" in API group "batch" in the namespace "lab"',
    ],
  ])("are refused with the API's words: %s", async (conversation, message) => {
    api.expect(conversation);
    await expect(launcher().order(order)).rejects.toMatchObject({ code: "UNAVAILABLE", message });
    foreseen();
  });
});

describe("the list", () => {
  const since = "2026-11-28T20:21:57.000Z";
  const waiting = {
    ...{ state: "pending", since, startedAt: null, endsBy: "2026-11-29T01:11:57.000Z", node: null, slots: 4, end: null },
    reason: "Unschedulable: no nodes available to schedule pods",
  };

  test("asks for what this server ordered alone, and says why it waits", async () => {
    api.expect("unschedulable");
    expect(await launcher().list()).toEqual([
      { ...waiting, id: "collapsar-101eff7b7e" },
      { ...waiting, id: "collapsar-d765cd1cf2" },
    ]);
    expect(api.sent.map(({ query }) => query)).toEqual(Array(2).fill({ labelSelector: selector, limit: "250" }));
    foreseen();
  });

  test("tells of nodes, missing images and ends", async () => {
    const kubernetes = launcher();
    const endsBy = "2026-11-29T01:12:44.000Z";
    api.expect("running");
    const startedAt = "2026-11-28T20:22:50.000Z";
    const shown = { endsBy, node: "node-7", slots: 4, end: null };
    expect(await kubernetes.list()).toEqual([
      { ...shown, id: "collapsar-1bca8733bb", state: "running", since: startedAt, startedAt, reason: null },
      {
        ...{ ...shown, id: "collapsar-e09ea3316e", state: "pending", since: "2026-11-28T20:22:44.000Z", startedAt: null },
        reason: 'ImagePullBackOff: Back-off pulling image "r.example.org/collapsar:1"',
      },
    ]);
    api.expect("finished");
    const [finished] = await kubernetes.list();
    expect(finished).toMatchObject({
      state: "ended",
      since: "2026-11-28T20:22:52.000Z",
      startedAt,
      reason: null,
      end: "finished",
    });
    api.expect("deadline");
    const [, late] = await kubernetes.list();
    expect(late).toMatchObject({
      ...{ state: "ended", end: "time-limit", since: "2026-11-28T20:22:56.000Z" },
      reason: "DeadlineExceeded: Job was active longer than specified deadline",
    });
    foreseen();
  });

  test("is the same for a server that has just started: nothing is kept but the Jobs' labels", async () => {
    api.expect("unschedulable", "unschedulable");
    const before = await launcher().list();
    expect(await launcher().list()).toEqual(before);
    foreseen();
  });

  test("is read again from its beginning where its next page has expired, once", async () => {
    api.expect("listExpired", "unschedulable");
    expect(await launcher().list()).toHaveLength(2);
    foreseen();
    api.expect("listExpired", "listExpired", "none");
    await expect(launcher().list()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining(
        'Kubernetes could not list Jobs in "lab" (HTTP 410). It says: The provided continue parameter',
      ),
    });
  });
});

describe("cancelling", () => {
  test("deletes what this server ordered alone, by its uid, and its pods before it", async () => {
    const kubernetes = launcher();
    api.expect("cancel");
    await kubernetes.cancel(["collapsar-101eff7b7e", "somebody-elses"]);
    expect(api.sent[0]!.query).toEqual({ labelSelector: selector, limit: "250" });
    expect(api.sent[1]).toMatchObject({
      ...{ method: "DELETE", path: "/apis/batch/v1/namespaces/lab/jobs/collapsar-101eff7b7e" },
      body: { propagationPolicy: "Foreground", preconditions: { uid: "9ab4514d-0b4c-4fad-8ee9-633830dda488" } },
    });
    foreseen();
    api.expect("ending");
    expect((await kubernetes.list()).map(({ id, state }) => [id, state])).toEqual([
      ["collapsar-101eff7b7e", "ending"],
      ["collapsar-d765cd1cf2", "pending"],
    ]);
    api.expect("onlySecond");
    expect((await kubernetes.list()).map(({ id }) => id)).toEqual(["collapsar-d765cd1cf2"]);
    foreseen();
  });

  test("leaves alone what is ending already, and takes what is gone for done", async () => {
    const kubernetes = launcher();
    api.expect("ending");
    await kubernetes.cancel(["collapsar-101eff7b7e"]);
    expect(api.sent.map(({ method }) => method)).toEqual(["GET"]);
    api.expect("deleteGone");
    const cluster = new Cluster({ namespace: "lab", kubeconfig: join(folder, "config"), timeoutMs: 10_000 });
    await cluster.deleteJob("absent", "11111111-1111-1111-1111-111111111111");
    expect(api.unforeseen).toEqual([]);
  });
});

describe("a cluster that cannot be used says why, in words of its own", () => {
  test.each([
    [
      "mayNotList",
      'Kubernetes does not let the user of the kubeconfig list Jobs in "lab". It says: jobs.batch is forbidden: User "nobody" cannot list resource "jobs" in API group "batch" in the namespace "lab"',
    ],
    ["unknownToken", "Kubernetes does not know the user of the kubeconfig: its token has expired or is wrong."],
    ["proxyDown", 'Kubernetes could not list Jobs in "lab" (HTTP 502).'],
  ])("%s", async (conversation, message) => {
    api.expect(conversation, "none");
    await expect(launcher().list()).rejects.toMatchObject({ code: "UNAVAILABLE", message });
  });

  test("no such namespace", async () => {
    api.expect("noNamespace");
    const absent = new Cluster({
      namespace: "absent",
      kubeconfig: api.writeKubeconfig(join(folder, "config")),
      timeoutMs: 10_000,
    });
    await expect(new KubernetesLauncher(absent, { ...place, namespace: "absent" }, instance).order(order)).rejects.toMatchObject({
      message: 'Kubernetes has no namespace "absent", or no Jobs. It says: namespaces "absent" not found',
    });
    foreseen();
  });

  test("one that is busy is left alone for as long as it asks", async () => {
    const kubernetes = launcher();
    api.expect("busy", "none");
    await expect(kubernetes.list()).rejects.toMatchObject({ message: "Kubernetes is busy: it asks to wait 1 s." });
    const asked = api.sent.length;
    await expect(kubernetes.order(order)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "Kubernetes is busy and asks for silence for another 1 s.",
    });
    expect(api.sent).toHaveLength(asked);
    await expect
      .poll(async () => {
        api.expect("none");
        return kubernetes.list().catch((error: Error) => error.message);
      })
      .toEqual([]);
  });

  test("nobody listens there, or does not answer", async () => {
    const gone = await RecordedApi.open();
    const kubeconfig = gone.writeKubeconfig(join(folder, "gone"));
    await gone.close();
    await expect(launcher({ kubeconfig }).list()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "Kubernetes does not answer: ECONNREFUSED.",
    });
    const deaf = createServer();
    await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
    const { port } = deaf.address() as AddressInfo;
    const silent = join(folder, "silent");
    writeFileSync(silent, readFileSync(kubeconfig, "utf8").replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));
    await expect(launcher({ kubeconfig: silent, timeoutMs: 300 }).list()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "Kubernetes does not answer: no answer in time.",
    });
    deaf.close();
  });

  test("a kubeconfig that is missing is named, and read again once it is there", async () => {
    const kubeconfig = join(folder, "later");
    const kubernetes = launcher({ kubeconfig });
    await expect(kubernetes.list()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: `Kubernetes does not answer: the file ${kubeconfig} cannot be read (ENOENT).`,
    });
    api.writeKubeconfig(kubeconfig);
    api.expect("none");
    expect(await kubernetes.list()).toEqual([]);
  });

  test("its token is in no message", async () => {
    const kubeconfig = api.writeKubeconfig(join(folder, "config"), "token-that-nobody-may-read");
    for (const conversation of ["mayNotList", "unknownToken", "proxyDown", "busy", "listExpired"]) {
      api.expect(conversation, "none");
      const error: Error = await launcher({ kubeconfig })
        .list()
        .then(
          () => new Error("none"),
          (failure) => failure,
        );
      expect(String(error.message)).not.toContain("token-that-nobody-may-read");
    }
  });
});

describe("over TLS", () => {
  const options = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=test",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
  ];

  test("the API's certificate is checked against the kubeconfig's", async () => {
    const [key, cert, other] = ["key", "cert", "other"].map((name) => join(folder, `${name}.pem`)) as [string, string, string];
    for (const out of [other, cert]) execFileSync("openssl", [...options, "-keyout", key, "-out", out], { stdio: "ignore" });
    const secure = await RecordedApi.open({ key: readFileSync(key), cert: readFileSync(cert) });
    secure.expect("none");
    const trusted = secure.writeKubeconfig(join(folder, "trusted"), "a-token", `certificate-authority: ${cert}`);
    expect(await launcher({ kubeconfig: trusted }).list()).toEqual([]);
    const foreign = secure.writeKubeconfig(join(folder, "foreign"), "a-token", `certificate-authority: ${other}`);
    await expect(launcher({ kubeconfig: foreign }).list()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "Kubernetes does not answer: DEPTH_ZERO_SELF_SIGNED_CERT.",
    });
    expect(secure.sent).toHaveLength(2);
    await secure.close();
  });
});
