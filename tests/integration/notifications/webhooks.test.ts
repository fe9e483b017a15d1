import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { addMember } from "../../support/client/members.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";
import { Receiver } from "./receiver.ts";

const env = { COLLAPSAR_WEBHOOK_NETWORKS: "127.0.0.1", COLLAPSAR_WEBHOOK_RETRY_S: "1" };
const refusal =
  "this address is private, of this machine, or of no network: the operator can allow it by COLLAPSAR_WEBHOOK_NETWORKS";

describe("A webhook", () => {
  let server: TestServer;
  let receiver: Receiver;
  let worker: RawWorker;

  beforeAll(async () => {
    server = await TestServer.start({ env });
    worker = await RawWorker.connect(server, { slots: 8 });
  });
  afterAll(async () => {
    worker.close();
    await server.stop();
  });
  beforeEach(async () => {
    receiver = await Receiver.open();
  });
  afterEach(() => receiver.close());

  const hookOf = (experimentId: string | null, change: object = {}) =>
    server.call("notifications.create", { experimentId, url: receiver.url, ...change });
  const told = () => receiver.received.map(({ body }) => body.event);

  test("is told, signed and once, of a metric that passes a bound, of a failed run and of the study's end", async () => {
    const { id, runs } = await launch(server, grid({ seeds: [0, 1] }), { name: "the study" });
    const hook = await hookOf(id, { bound: { key: "train/nc1.pinv", passes: "below", value: 0.01 } });
    expect(hook.secret).toMatch(/^[\w-]{32}$/);
    const [first, second] = [await worker.nextAssignment(runs[0]!.id), await worker.nextAssignment(runs[1]!.id)];
    await worker.events(first, numbered([started(), measured(10, { "train/nc1.pinv@1": 1e-4, "train/nc1.pinv@2": 0.5 })]));
    await worker.events(second, numbered([started(), ended("DATASET_CORRUPT", "a damaged file", 5)]));
    await until("the failure is told", () => told().includes("run.failed"));
    expect(told()).toEqual(["run.failed"]);
    await worker.events(first, numbered([measured(20, { "train/nc1.pinv@1": 1e-5, "train/nc1.pinv@2": 0.001 })], 3));
    await worker.events(first, numbered([measured(30, { "train/nc1.pinv@2": 0.0001 }), finished(1000)], 4));
    await until("the end is told", () => told().includes("experiment.ended"));
    await server.call("experiments.update", { id, name: "renamed" });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(told().sort()).toEqual(["experiment.ended", "metric.passed", "run.failed"]);

    const by = Object.fromEntries(receiver.received.map((one) => [one.body.event, one]));
    expect(by["experiment.ended"]!.body).toMatchObject({
      text: `the study: all 2 runs ended (1 finished, 1 failed). ${server.url}/e/${id}`,
      experiment: { id, name: "the study", url: `${server.url}/e/${id}` },
      counts: { finished: 1, failed: 1 },
    });
    expect(by["run.failed"]!.body).toMatchObject({
      text: `the study: a run failed for good at step 5: a damaged file ${server.url}/e/${id}`,
      run: {
        id: runs[1]!.id,
        url: `${server.url}/r/${runs[1]!.id}`,
        failure: { code: "DATASET_CORRUPT", message: "a damaged file" },
      },
    });
    expect(by["metric.passed"]!.body.metric).toMatchObject({ key: "train/nc1.pinv", passes: "below", value: 0.01 });
    expect(by["metric.passed"]!.body.metric!.measured).toBeLessThan(0.01);
    for (const { headers, text, body } of receiver.received) {
      const [, time, mark] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["collapsar-signature"] as string)!;
      expect(createHmac("sha256", hook.secret).update(`${time}.${text}`).digest("hex")).toBe(mark);
      expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(120);
      expect(headers).toMatchObject({
        "collapsar-event": body.event,
        "collapsar-delivery": body.id,
        "content-type": "application/json",
      });
    }
    const [view] = await server.call("notifications.list", { experimentId: id });
    expect(view).toMatchObject({ id: hook.id, waiting: 0, last: { sent: true, problem: null }, experimentName: "renamed" });
    expect(JSON.stringify(view)).not.toContain(hook.secret);
    await server.call("notifications.remove", { id: hook.id });
    expect(await server.call("notifications.list", { experimentId: id })).toEqual([]);
  });

  test("that answers 500 or redirects is tried again with the same id; what happened before it was made is not told", async () => {
    const { id, runs } = await launch(server, grid({ seeds: [0, 1] }));
    const [one, two] = [await worker.nextAssignment(runs[0]!.id), await worker.nextAssignment(runs[1]!.id)];
    await worker.events(one, numbered([started(), ended("DATASET_CORRUPT", "before", 5)]));
    await until("it has failed", async () => (await server.call("experiments.get", { id })).counts.failed === 1);
    const hook = await hookOf(id);
    receiver.answers.push(500, 302);
    await worker.events(two, numbered([started(), finished(1000)]));
    await until("it came three times", () => receiver.received.length === 3);
    expect(new Set(receiver.received.map(({ body }) => body.id)).size).toBe(1);
    expect(told()).toEqual(["experiment.ended", "experiment.ended", "experiment.ended"]);
    await until("it is known as sent", async () => {
      const [view] = await server.call("notifications.list", { experimentId: id });
      return view!.last!.sent && view!.waiting === 0;
    });
    await server.call("notifications.remove", { id: hook.id });
  });

  test("for the whole server hears of every study, also of one that ends a second time", async () => {
    const hook = await hookOf(null, { onFailure: false });
    const { id, runs } = await launch(server);
    await worker.events(await worker.nextAssignment(runs[0]!.id), numbered([started(), finished(1000)]));
    await until("the end is told", () => told().length === 1);
    await server.call("experiments.addSeeds", { id, seeds: [7] });
    await worker.events(await worker.nextAssignment(), numbered([started(), finished(1000)]));
    await until("the second end is told", () => told().length === 2);
    await server.call("notifications.remove", { id: hook.id });
  });

  test("is tested at once, and says what is wrong", async () => {
    const { id } = await launch(server);
    const hook = await hookOf(id);
    expect(await server.call("notifications.test", { id: hook.id })).toEqual({ problem: null });
    receiver.answers.push(418, 307);
    expect(await server.call("notifications.test", { id: hook.id })).toEqual({ problem: "answered 418" });
    expect(await server.call("notifications.test", { id: hook.id })).toEqual({
      problem: "answered 307: redirects are not followed",
    });
    expect(receiver.received.map(({ body }) => body.event)).toEqual(["test", "test", "test"]);
    const [view] = await server.call("notifications.list", { experimentId: id });
    expect(view!.last).toMatchObject({ sent: false, problem: "answered 307: redirects are not followed" });
    await server.call("notifications.remove", { id: hook.id });
    await server.call("experiments.cancel", { id });
  });

  test("is one of ten at most", async () => {
    const { id } = await launch(server);
    for (let i = 0; i < 10; i++) await hookOf(id);
    await expect(hookOf(id)).rejects.toThrow("There are 10 webhooks of this experiment already: remove one first.");
    await server.call("experiments.cancel", { id });
  });
});

test("no webhook reaches a private address, however it is written, by whatever name", async () => {
  const [server, receiver] = [await TestServer.start(), await Receiver.open("::")];
  try {
    const { id } = await launch(server);
    const hosts = [
      ...[
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
      ],
      ...[
        "localhost",
        "LocalHost",
        hostname(),
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
      ],
    ];
    for (const host of hosts) {
      const hook = await server.call("notifications.create", { experimentId: id, url: `http://${host}:${receiver.port}/` });
      const { problem } = await server.call("notifications.test", { id: hook.id });
      expect([host, problem]).toEqual([host, refusal]);
      await server.call("notifications.remove", { id: hook.id });
    }
    expect(receiver.received).toEqual([]);
  } finally {
    await receiver.close();
    await server.stop();
  }
});

test("a restart loses no notification that waits", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  const receiver = await Receiver.open();
  let server = await TestServer.start({ env, dataDir });
  try {
    const { id } = await launch(server);
    await server.call("notifications.create", { experimentId: id, url: receiver.url });
    receiver.answers.push(503);
    await server.call("experiments.cancel", { id });
    await until("it was tried", () => receiver.received.length === 1);
    await server.kill();
    server = await TestServer.start({ env, dataDir });
    await until("it was sent", () => receiver.received.length >= 2);
    await until(
      "it is known as sent",
      async () => (await server.call("notifications.list", { experimentId: id }))[0]!.last!.sent,
    );
    expect(new Set(receiver.received.map(({ body }) => body.id)).size).toBe(1);
  } finally {
    await server.stop();
    await receiver.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test("is its maker's and the owner's alone; a viewer makes none, an editor none of the whole server", async () => {
  const server = await TestServer.start({ env: { COLLAPSAR_ACCESS_KEY: "a-key-of-the-lab-that-is-long" } });
  try {
    await server.signIn();
    const { id } = await launch(server);
    const [viewer, ada, ben] = [
      await addMember(server, "viewer"),
      await addMember(server, "editor"),
      await addMember(server, "editor"),
    ];
    const as = (member: { cookie: string }) => ({ headers: { cookie: member.cookie } });
    const input = { experimentId: id, url: "https://hooks.example.org/secret-path" };
    await expect(server.call("notifications.create", input, as(viewer))).rejects.toThrow("needs an editor");
    await expect(server.call("notifications.list", {}, as(viewer))).rejects.toThrow("needs an editor");
    const hook = await server.call("notifications.create", input, as(ada));
    await expect(server.call("notifications.create", { ...input, experimentId: null }, as(ada))).rejects.toThrow(
      "A webhook for every experiment needs an owner of the server: choose one experiment.",
    );
    expect(await server.call("notifications.list", {}, as(ben))).toEqual([]);
    for (const procedure of ["notifications.test", "notifications.remove"] as const)
      await expect(server.call(procedure, { id: hook.id }, as(ben))).rejects.toThrow("There is no such webhook");
    expect((await server.call("notifications.list", {}, as(ada))).map((one) => one.id)).toEqual([hook.id]);
    expect((await server.call("notifications.list", {})).map((one) => one.url)).toEqual([input.url]);
    await server.call("notifications.remove", { id: hook.id });
  } finally {
    await server.stop();
  }
});
