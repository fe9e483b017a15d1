import { createHash } from "node:crypto";
import { readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { Assignment, Lease } from "../../../contract/wire/workerProtocol.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { leaseOf, makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { until } from "../../support/until.ts";

const contentOf = (attempt: number, step: number) => Buffer.from(`the weights of attempt ${attempt} at step ${step}`);
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const checkpointed = (step: number): RunEvent => ({ kind: "checkpoint", step, hash: "0", bytes: 1 });
const stopped = ended("WORKER_LOST", "worker stopped");

onBothDatabases("Checkpoints to resume from", (server) => {
  const put = async (worker: RawWorker, lease: Lease, step: number) => {
    const body = contentOf(lease.attempt, step);
    const headers = { "x-collapsar-lease": lease.lease, "x-collapsar-sha256": sha256(body) };
    const response = await fetch(`${server().url}/artefacts/${lease.runId}/${lease.attempt}/resume-${step}.ckpt`, {
      method: "PUT",
      headers: { authorization: `Bearer ${worker.token}`, ...headers },
      body: new Uint8Array(body),
    });
    return response.status;
  };
  const get = async (token: string, lease: Lease, path: string, more: Record<string, string> = {}) => {
    const headers = { "x-collapsar-lease": lease.lease, "x-collapsar-attempt": String(lease.attempt), ...more };
    const response = await fetch(`${server().url}/artefacts/${lease.runId}/${path}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    return { status: response.status, text: await response.text() };
  };
  const offered = ({ checkpoints = [] }: Assignment) => checkpoints.map(({ attempt, step }) => `${attempt}/${step}`);

  test("are offered to the next attempt as far as the curve is stored, and given to whoever has the run and to nobody else", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const first = await worker.nextAssignment(runs[0].id);
    expect(first).not.toHaveProperty("checkpoints");
    await worker.events(first, numbered([started(), measured(0), measured(10), checkpointed(20)]));
    for (const step of [10, 20]) expect(await put(worker, first, step)).toBe(201);
    await worker.events(first, [{ seq: 5, event: stopped }]);
    const second = await worker.nextAssignment(runs[0].id);
    expect(offered(second)).toEqual(["1/20", "1/10"]);
    expect(second.lineage).toEqual([{ fromAttempt: 1, through: 20 }]);
    const [newest] = second.checkpoints!;
    const content = contentOf(1, 20);
    expect(newest).toEqual({ attempt: 1, step: 20, name: "resume-20.ckpt", bytes: content.length, sha256: sha256(content) });

    expect(await get(worker.token, second, "1/resume-20.ckpt")).toEqual({ status: 200, text: content.toString() });
    const rest = await get(worker.token, second, "1/resume-20.ckpt", { range: "bytes=4-" });
    expect(rest).toEqual({ status: 206, text: content.subarray(4).toString() });
    const other = await makeToken(server());
    for (const [what, token, lease, path, status] of [
      ["no token", "", second, "1/resume-20.ckpt", 401],
      ["a forged token", "forged", second, "1/resume-20.ckpt", 401],
      ["another worker's token", other, second, "1/resume-20.ckpt", 404],
      ["a forged lease", worker.token, { ...leaseOf(second), lease: "x".repeat(32) }, "1/resume-20.ckpt", 404],
      ["the lease of an attempt that was followed by another", worker.token, leaseOf(first), "1/resume-20.ckpt", 409],
      ["an attempt that never was", worker.token, { ...leaseOf(second), attempt: 3 }, "1/resume-20.ckpt", 404],
      ["a step that is not stored", worker.token, second, "1/resume-30.ckpt", 404],
      ["a way out", worker.token, second, "1/..%2f..%2fworker-token", 404],
      ["a name that no database takes", worker.token, second, "1/resume-20.ckpt%00", 404],
      ["what is for readers", worker.token, second, "1/features.safetensors", 404],
    ] as const)
      expect((await get(token, lease, path)).status, what).toBe(status);
    // Another way of writing the same id is none.
    const shouted = { ...leaseOf(second), runId: second.runId.toUpperCase() };
    expect((await get(worker.token, shouted, "1/resume-20.ckpt")).status).toBe(404);
    expect(await put(worker, shouted, 30)).toBe(404);
    await worker.events(second, numbered([started(20), finished()]));
    worker.close();
  });

  test("that are missing or damaged in the store: whoever asks for them is not told where that is", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), measured(0), measured(10)]));
    expect(await put(worker, lease, 10)).toBe(201);
    const folder = join(server().dataDir, "artefacts", lease.runId);
    const [name] = readdirSync(folder);
    const answers = async () => {
      const read = await fetch(`${server().url}/export/runs/${lease.runId}/resume-10.ckpt`);
      return [
        await get(worker.token, lease, `${lease.attempt}/resume-10.ckpt`),
        { status: read.status, text: await read.text() },
      ];
    };
    truncateSync(join(folder, name), 4);
    const damaged = { status: 404, text: "The file in the folder is damaged: it has 4 bytes, not 35." };
    expect(await answers()).toEqual([damaged, damaged]);
    rmSync(join(folder, name));
    const gone = { status: 404, text: "The file is no longer in the folder." };
    expect(await answers()).toEqual([gone, gone]);
    expect(server().output).toContain(`The file is no longer in the folder ${join(server().dataDir, "artefacts")}.`);
    expect(await put(worker, lease, 10)).toBe(201);
    expect((await get(worker.token, lease, `${lease.attempt}/resume-10.ckpt`)).status).toBe(200);
    worker.close();
  });

  test("stay until newer ones are there, of an attempt on the same curve; those of a curve that was voided are not offered", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const attempt = async (from: number, events: RunEvent[], steps: number[]) => {
      const assignment = await worker.nextAssignment(runs[0].id);
      await worker.events(assignment, numbered([started(from), ...events]));
      for (const step of steps) expect(await put(worker, assignment, step)).toBe(201);
      await worker.events(assignment, [{ seq: 2 + events.length, event: stopped }]);
      return assignment;
    };
    await attempt(0, [checkpointed(10), checkpointed(20), checkpointed(30)], [10, 20, 30]);
    // The third one took the place of the first.
    expect(offered(await attempt(20, [checkpointed(25)], [25]))).toEqual(["1/30", "1/20"]);
    // Attempt 2 resumed from step 20: what attempt 1 made after that is of another curve, and went first.
    expect(offered(await attempt(0, [checkpointed(40)], []))).toEqual(["2/25", "1/20"]);
    // Attempt 3 began at step 0.
    const last = await worker.nextAssignment(runs[0].id);
    expect(offered(last)).toEqual([]);
    expect(last.lineage).toEqual([{ fromAttempt: 3, through: 40 }]);
    expect(await put(worker, last, 50)).toBe(201);
    await worker.events(last, numbered([started(0), measured(50), finished()]));
    await until("none is left of a run that has finished", async () => {
      const left = readdirSync(join(server().dataDir, "artefacts", runs[0].id));
      return left.length === 0;
    });
    expect((await server().call("runs.get", { id: runs[0].id })).files).toEqual([]);
    expect(await put(worker, last, 60)).toBe(409);
    worker.close();
  });

  test("beyond what is stored are not offered: their points were never heard of", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const first = await worker.nextAssignment(runs[0].id);
    await worker.events(first, numbered([started(), measured(0), measured(10)]));
    for (const step of [10, 90]) await put(worker, first, step);
    await worker.events(first, [{ seq: 4, event: stopped }]);
    expect(offered(await worker.nextAssignment(runs[0].id))).toEqual(["1/10"]);
    worker.close();
  });
});
