import { afterEach, expect, test } from "vitest";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import type { FailureCode } from "../../../contract/failure.ts";
import type { Assignment } from "../../../contract/wire/workerProtocol.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { heavyGrid } from "../../support/builders/heavyGrid.ts";
import { getExperiment, getRun, grid, launch as launchStudy, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { until } from "../../support/until.ts";

/** First rest of a worker that is not in order, ms; the further ones are 4, 16 and 64 times as long. */
const restMs = 50;

onBothDatabases(
  "F22: a worker that is not in order",
  (server) => {
    const workers: RawWorker[] = [];
    const studies: string[] = [];
    afterEach(async () => {
      for (const id of studies.splice(0)) await server().call("experiments.cancel", { id });
      for (const worker of workers.splice(0)) worker.close();
      await until("all are gone", async () => (await server().call("workers.list")).every(({ connected }) => !connected));
    });
    const launch = async (config = grid()) => {
      const launched = await launchStudy(server(), config);
      studies.push(launched.id);
      return launched;
    };
    const connect = async (options: Parameters<typeof RawWorker.connect>[1] = {}) => {
      const worker = await RawWorker.connect(server(), options);
      workers.push(worker);
      return worker;
    };
    const view = async ({ id }: RawWorker) => (await server().call("workers.list")).find((worker) => worker.id === id)!;
    /** Lives by a rule for each run that comes; counts them. */
    const serve = (worker: RawWorker, answer: (lease: Assignment) => Parameters<typeof numbered>[0]) => {
      const served: string[] = [];
      const turn = async (): Promise<void> => {
        for (;;) {
          const lease = await worker.nextAssignment(undefined, 60_000);
          served.push(lease.runId);
          const at = worker.held.findIndex(({ runId }) => runId === lease.runId);
          await worker.events(lease, numbered(answer(lease)));
          worker.held.splice(at, 1);
        }
      };
      turn().catch(() => undefined);
      return served;
    };
    const crash = () => [started(), measured(0), ended("CRASHED", "exit code 139\nLast output:\nlibcuda fell over")];
    const well = () => [started(), measured(0), finished()];
    const attemptsOf = async (id: string) => (await server().call("runs.get", { id })).attempts;

    test("eats no grid: where every run crashes, each goes to the healthy worker next, and the bad one is rested and paused", async () => {
      const [bad, good] = [await connect(), await connect()];
      const tried = serve(bad, crash);
      serve(good, well);
      const { id, runs } = await launch(grid({ seeds: Array.from({ length: 24 }, (_, seed) => seed) }));
      await until("the grid has finished", async () => (await getExperiment(server(), id)).counts.finished === 24, 60_000);
      expect(new Set(tried).size).toBe(tried.length);
      for (const run of runs) expect((await getRun(server(), run.id)).attempt).toBeLessThanOrEqual(2);
      expect(await view(good)).toMatchObject({ trouble: null });
      // More work comes while it rests.
      const isPaused = async () => (await view(bad)).trouble?.until === null;
      for (let round = 0; round < 60 && !(await isPaused()); round++) {
        await launch(grid({ seeds: [0, 1, 2, 3] }));
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      expect(await isPaused()).toBe(true);
      expect((await view(bad)).trouble?.message).toMatch(
        /^6 different runs in a row crashed there and on no other worker\. The last: exit code 139\nLast output:\nlibcuda fell over/,
      );
      expect(tried).toHaveLength(6);

      // It stays so when it connects again, until a person resumes it.
      bad.close();
      const again = await connect({ id: bad.id, token: bad.token });
      expect((await view(again)).trouble?.until).toBe(null);
      await server().call("workers.resume", { id: bad.id });
      expect((await view(again)).trouble).toBe(null);
      good.close();
      const { runs: more } = await launch();
      expect((await again.nextAssignment(more[0].id)).attempt).toBe(1);
    });

    test("does not take the blame for runs that crash everywhere: they fail at their third attempt", async () => {
      const [one, other] = [await connect(), await connect()];
      for (const worker of [one, other]) serve(worker, crash);
      const { id, runs } = await launch(grid({ seeds: [0, 1, 2, 3, 4, 5] }));
      await until("all have failed", async () => (await getExperiment(server(), id)).counts.failed === 6, 60_000);
      for (const run of runs) {
        const attempts = await attemptsOf(run.id);
        expect(attempts).toHaveLength(3);
        expect(await getRun(server(), run.id)).toMatchObject({
          failure: { code: "CRASHED", message: expect.stringContaining("libcuda fell over") },
        });
      }
      for (const worker of [one, other]) expect((await view(worker)).trouble?.until).not.toBe(null);
    });

    test.each<[FailureCode, string]>([
      ["DISK_FULL", "ENOSPC: no space left on device, write"],
      ["WORKER_FAULT", "libonnxruntime.so: cannot open shared object file"],
    ])("with %s: the run goes elsewhere without a setback, the worker rests and says why", async (code, message) => {
      const [bad, good] = [await connect(), await connect({ slots: 2 })];
      good.answerAssign = () => ({ accepted: false, reason: "not yet" });
      const { runs } = await launch();
      const lease = await bad.nextAssignment(runs[0].id);
      good.answerAssign = () => ({ accepted: true });
      await bad.events(lease, numbered([started(), ended(code, message)]));
      const next = await good.nextAssignment(runs[0].id);
      expect((await view(bad)).trouble?.message).toBe(message);
      // No setback: two crashes more are borne.
      await good.events(next, numbered([started(), ended("CRASHED", "exit code 1")]));
      const third = await Promise.any([bad, good].map((worker) => worker.nextAssignment(runs[0].id)));
      const holder = [bad, good].find(({ held }) => held.some(({ lease }) => lease === third.lease))!;
      await holder.events(third, numbered([started(), ended("CRASHED", "exit code 1")]));
      const fourth = await Promise.any([bad, good].map((worker) => worker.nextAssignment(runs[0].id)));
      const last = [bad, good].find(({ held }) => held.some(({ lease }) => lease === fourth.lease))!;
      await last.events(fourth, numbered([started(), finished()]));
      await untilStatus(server(), runs[0].id, "finished");
    });

    test("alone: its full disk costs the run nothing, and the run is tried there again after each rest", async () => {
      const only = await connect();
      const { runs } = await launch();
      for (let attempt = 1; attempt <= 4; attempt++) {
        const lease = await only.nextAssignment(runs[0].id);
        expect(lease.attempt).toBe(attempt);
        await only.events(lease, numbered([started(), ended("DISK_FULL", "ENOSPC")]));
        await untilStatus(server(), runs[0].id, "queued");
        expect((await view(only)).trouble).toMatchObject({ message: "ENOSPC", until: expect.any(String) });
      }
      const lease = await only.nextAssignment(runs[0].id);
      await only.events(lease, numbered([started(), finished()]));
      await untilStatus(server(), runs[0].id, "finished");
      expect((await view(only)).trouble).toBe(null);
    });

    test("that refuses runs since its disk is full rests, too", async () => {
      const only = await connect();
      only.answerAssign = () => ({ accepted: false, reason: "it cannot write to its disk: ENOSPC", fault: true });
      const { runs } = await launch();
      await until("it rests", async () => (await view(only)).trouble !== null);
      expect((await view(only)).trouble?.message).toBe("It did not take a run: it cannot write to its disk: ENOSPC");
      only.answerAssign = () => ({ accepted: true });
      const lease = await only.nextAssignment(runs[0].id);
      await only.events(lease, numbered([started(), finished()]));
      await untilStatus(server(), runs[0].id, "finished");
    });

    test("that lacks a data set it was thought to have: the run goes to one that has it, and fails when none is left", async () => {
      const mnist = grid({ datasets: [datasetConfig.parse({ id: "mnist" })] });
      const listed = [{ id: "mnist" as const, available: true, detail: "folder /sets/mnist" }];
      const lacking = await connect({ datasets: listed });
      const { runs } = await launch(mnist);
      const first = await lacking.nextAssignment(runs[0].id);
      const having = await connect({ datasets: listed });
      await lacking.events(first, numbered([ended("DATASET_CORRUPT", "its sha256 is another one")]));
      const second = await having.nextAssignment(runs[0].id);
      expect(second.attempt).toBe(2);
      await having.events(second, numbered([ended("DATASET_UNAVAILABLE", "no folder /sets/mnist")]));
      expect(await untilStatus(server(), runs[0].id, "failed")).toMatchObject({
        attempt: 2,
        failure: { code: "DATASET_UNAVAILABLE", message: "no folder /sets/mnist" },
      });
      expect(await view(lacking)).toMatchObject({ trouble: null });
    });

    test("a run for a GPU goes to the worker that has one, and waits while that is busy", async () => {
      const [plain, card] = [
        await connect({ slots: 4, devices: ["cpu (onnxruntime cpu)"] }),
        await connect({ devices: ["cuda (onnxruntime cuda)"] }),
      ];
      const { runs } = await launch(grid({ device: "cuda", seeds: [0, 1] }));
      for (const _ of runs) {
        const lease = await card.nextAssignment();
        await card.events(lease, numbered([started(), finished()]));
      }
      expect(plain.assigned).toEqual([]);
    });

    test("a run that no connected worker can hold waits and says for what, until one comes that can", async () => {
      const { runs } = await launch(heavyGrid());
      const machine = { host: "small", platform: "test", cpu: "test", cores: 1, memoryBytes: 2e9 };
      await connect({ machine, devices: ["cpu (onnxruntime cpu)"] });
      await until("it says so", async () => (await getRun(server(), runs[0].id)).waitsFor !== null);
      const waiting = await getRun(server(), runs[0].id);
      expect(waiting).toMatchObject({ status: "queued", attempt: 0 });
      expect(waiting.waitsFor).toMatch(
        /^It needs about 6\.2 GB of memory, and the largest slot of the connected workers has 2 GB: /,
      );
      const large = await connect();
      const lease = await large.nextAssignment(runs[0].id);
      expect((await getRun(server(), runs[0].id)).waitsFor).toBe(null);
      await large.events(lease, numbered([started(), finished()]));
      await untilStatus(server(), runs[0].id, "finished");
    });

    test("a drained worker finishes its runs and takes no new ones, also after it connected again", async () => {
      const worker = await connect({ slots: 2 });
      const { runs } = await launch(grid({ seeds: [0, 1] }));
      const leases = [await worker.nextAssignment(runs[0].id), await worker.nextAssignment(runs[1].id)];
      expect(await server().call("workers.drain", { id: worker.id, drained: true })).toEqual({ drained: true });
      expect(await view(worker)).toMatchObject({ drained: true, connected: true });
      for (const lease of leases)
        expect(await worker.events(lease, numbered([started(), finished()]))).toMatchObject({ ok: true });
      const next = await launch();
      worker.close();
      const again = await connect({ id: worker.id, token: worker.token, slots: 2 });
      await expect(again.nextAssignment(next.runs[0].id, 2_500)).rejects.toThrow("no run came");
      expect(await view(again)).toMatchObject({ drained: true });
      await server().call("workers.drain", { id: worker.id, drained: false });
      expect((await again.nextAssignment(next.runs[0].id)).attempt).toBe(1);
      await expect(server().call("workers.drain", { id: next.id, drained: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(server().call("workers.resume", { id: next.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    });
  },
  { COLLAPSAR_WORKER_REST_MS: String(restMs) },
);
