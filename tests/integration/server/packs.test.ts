import { afterEach, beforeAll, expect, test } from "vitest";
import { packKey } from "../../../contract/pack/packKey.ts";
import type { Assignment } from "../../../contract/wire/workerProtocol.ts";
import { ended, finished, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, getRun, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { addMember } from "../../support/client/members.ts";
import { makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

const accessKey = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);
const startedIn = ({ pack }: Assignment, totalSteps = 1_000) =>
  Object.assign(started(0, totalSteps), pack && { pack: { runs: pack.runs, place: 0, with: [] } });
const most = (runs: number) => ({ packs: { most: runs, known: [] } });

onBothDatabases(
  "Packs",
  (server) => {
    let token: string;
    const workers: RawWorker[] = [];
    beforeAll(async () => {
      await server().signIn();
      token = await makeToken(server());
    });
    afterEach(async () => {
      const { rows } = await server().call("experiments.list", {});
      for (const { id } of rows) await server().call("experiments.cancel", { id });
      for (const worker of workers.splice(0)) {
        for (const lease of worker.socket.connected ? worker.held : [])
          await worker.events(lease, numbered([ended("CANCELLED")])).catch(() => undefined);
        worker.close();
      }
    });
    async function open(hello: object, id?: string): Promise<RawWorker> {
      const worker = await RawWorker.connect(server(), { token, ...(id && { id }), ...hello });
      workers.push(worker);
      return worker;
    }
    /** The runs that come together. */
    async function nextPack(worker: RawWorker): Promise<Assignment[]> {
      const first = await worker.nextAssignment();
      const pack = [first];
      for (let at = 1; at < (first.pack?.runs ?? 1); at++) pack.push(await worker.nextAssignment());
      expect(pack.map((each) => each.pack)).toEqual(pack.map(() => first.pack));
      return pack;
    }
    const seedsOf = (pack: Assignment[]) => pack.map(({ config }) => config.seed);
    async function end(worker: RawWorker, runs: Assignment[], event = finished()): Promise<void> {
      for (const run of runs) {
        expect(await worker.events(run, numbered([startedIn(run), event]))).toMatchObject({ ok: true });
        worker.held = worker.held.filter(({ runId }) => runId !== run.runId);
      }
    }

    test("15 runs of one key go to two slots as 8 and 7, each run as one of its own", async () => {
      const worker = await open({ slots: 2, ...most(8) });
      const { id, runs } = await launch(server(), grid({ seeds: range(15) }));
      const [one, other] = [await nextPack(worker), await nextPack(worker)];
      expect([seedsOf(one), seedsOf(other)]).toEqual([range(8), range(7, 8)]);
      expect(one[0]!.pack!.id).not.toBe(other[0]!.pack!.id);
      expect(new Set([...one, ...other].map(({ lease }) => lease)).size).toBe(15);
      expect((await getExperiment(server(), id)).counts).toMatchObject({ leased: 15, queued: 0 });
      await end(worker, [...one, ...other]);
      const { counts, status } = await getExperiment(server(), id);
      expect({ counts, status }).toMatchObject({ counts: { finished: 15 }, status: "finished" });
      for (const run of runs) expect(await getRun(server(), run.id)).toMatchObject({ status: "finished", attempt: 1 });
    });

    test("an estimate says in which packs a grid is trained, and knows a pack's steps from those of a run alone", async () => {
      const worker = await open({ slots: 1, ...most(8) });
      const of = (count: number) => grid({ seeds: range(count), depths: [16], widths: [24] });
      const estimate = (count: number) => server().call("experiments.estimate", of(count));
      expect(await estimate(15)).toMatchObject({ runs: 15, slots: 1, packs: [8, 7] });
      expect(await estimate(1)).not.toHaveProperty("packs");
      const { runs } = await launch(server(), of(8));
      const pack = await nextPack(worker);
      for (const run of pack)
        await worker.events(run, numbered([startedIn(run, 1_500), measured(1_500, { "train/stepMs": 40 }), finished(1_500)]));
      worker.held = [];
      expect(await getRun(server(), runs[3]!.id)).toMatchObject({
        status: "finished",
        stepMs: 40,
        pack: { runs: 8, place: 0, with: [] },
      });
      // 1,500 steps of 40 ms for all eight; a run alone has none of the others' arithmetic.
      const [eight, one] = [(await estimate(8)).timeMs!, (await estimate(1)).timeMs!];
      expect(eight).toBeGreaterThanOrEqual(60_000);
      expect(eight).toBeLessThan(75_000);
      expect(one).toBeLessThan(0.9 * eight);
    });

    test("a slot is free once the last run of its pack has ended", async () => {
      const worker = await open({ slots: 1, ...most(3) });
      await launch(server(), grid({ seeds: range(4) }));
      const pack = await nextPack(worker);
      expect(seedsOf(pack)).toEqual([0, 1, 2]);
      await end(worker, pack.slice(0, 2));
      await expect(worker.nextAssignment(undefined, 500)).rejects.toThrow("no run came");
      await end(worker, pack.slice(2));
      expect(seedsOf(await nextPack(worker))).toEqual([3]);
    });

    test("a worker that says nothing of packs gets one run in a slot", async () => {
      const worker = await open({ slots: 2 });
      await launch(server(), grid({ seeds: range(3) }));
      const runs = [...(await nextPack(worker)), ...(await nextPack(worker))];
      expect(runs.map(({ pack }) => pack)).toEqual([undefined, undefined]);
      await expect(worker.nextAssignment(undefined, 500)).rejects.toThrow("no run came");
    });

    test("what a worker has learned of a key bounds its packs from the next heartbeat on", async () => {
      const { runs } = await launch(server(), grid({ seeds: range(5), device: "webgpu" }));
      const worker = await open({ slots: 1, devices: ["webgpu (a card)"], packs: { most: 2, known: [] } });
      const first = await nextPack(worker);
      expect(first).toHaveLength(2);
      const packs = { most: 64, known: [{ key: packKey(runs[0]!.config), runs: 3 }] };
      const system = { cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2 };
      await worker.ask("heartbeat", { runs: [], system, packs });
      await end(worker, first);
      expect(await nextPack(worker)).toHaveLength(3);
    });

    test("runs that a worker refuses are queued again, the others stay", async () => {
      const worker = await open({ slots: 1, ...most(3) });
      let offered = 0;
      worker.answerAssign = () => ({ accepted: ++offered !== 2, reason: "one of three" });
      await launch(server(), grid({ seeds: range(3) }));
      const kept = [await worker.nextAssignment(), await worker.nextAssignment()];
      expect(seedsOf(kept)).toEqual([0, 2]);
      await end(worker, kept);
      // It rests for some seconds first.
      expect(await worker.nextAssignment()).toMatchObject({ attempt: 2, config: { seed: 1 } });
    });

    test("one is cancelled, one paused: the rest goes on", async () => {
      const worker = await open({ slots: 1, ...most(4) });
      await launch(server(), grid({ seeds: range(4) }));
      const pack = await nextPack(worker);
      await server().call("runs.cancel", { id: pack[1]!.runId });
      expect(await worker.nextCancel()).toEqual({ runId: pack[1]!.runId, attempt: 1 });
      await server().call("runs.pause", { id: pack[2]!.runId });
      expect(await worker.nextSuspend()).toEqual({ runId: pack[2]!.runId, attempt: 1 });
      await end(worker, [pack[1]!], ended("CANCELLED"));
      await end(worker, [pack[2]!], { ...ended("WORKER_LOST", "suspended"), excused: true } as ReturnType<typeof ended>);
      await end(worker, [pack[0]!, pack[3]!]);
      const statuses = await Promise.all(pack.map(async ({ runId }) => (await getRun(server(), runId)).status));
      expect(statuses).toEqual(["finished", "cancelled", "paused", "finished"]);
    });

    test.each([
      { excused: true, whose: "nobody's" },
      { excused: false, whose: "theirs" },
    ])("a pack whose crash is $whose comes back in halves, and then alone; its worker counts one crash", async ({ excused }) => {
      const crash = { ...ended("CRASHED", "Its process was killed."), excused } as ReturnType<typeof ended>;
      const worker = await open({ slots: 1, ...most(4) });
      const { id } = await launch(server(), grid({ seeds: range(4) }));
      const first = await nextPack(worker);
      await end(worker, first, crash);
      const halves = [await nextPack(worker)];
      expect(halves[0]).toHaveLength(2);
      await end(worker, halves[0]!, crash);
      const next = await nextPack(worker);
      const sizes: number[] = [];
      for (let pack = next, count = 0; count < 4; ) {
        sizes.push(pack.length);
        count += pack.length;
        await end(worker, pack);
        if (count < 4) pack = await nextPack(worker);
      }
      expect(sizes.sort()).toEqual([1, 1, 2]);
      expect((await getExperiment(server(), id)).counts).toMatchObject({ finished: 4 });
      const row = (await server().call("workers.list")).find((each) => each.id === worker.id);
      expect(row).toMatchObject({ trouble: null });
    });

    test("leases that are lost are taken back one by one, and their runs form packs again", async () => {
      const lost = await open({ slots: 1, ...most(4) });
      const { id } = await launch(server(), grid({ seeds: range(4) }));
      const pack = await nextPack(lost);
      await end(lost, [pack[0]!]);
      // They have got on: that they are lost is no setback.
      for (const run of pack.slice(1)) await lost.events(run, numbered([startedIn(run), measured(100)]));
      lost.silent = true;
      lost.close();
      const worker = await open({ slots: 1, ...most(4) });
      const again = await nextPack(worker);
      expect(again.map(({ attempt }) => attempt)).toEqual([2, 2, 2]);
      expect(seedsOf(again)).toEqual([1, 2, 3]);
      await end(worker, again);
      expect((await getExperiment(server(), id)).counts).toMatchObject({ finished: 4 });
    });

    test("a worker that comes back has its packs still, in as many slots", async () => {
      const worker = await open({ slots: 2, ...most(3) });
      const { runs } = await launch(server(), grid({ seeds: range(3) }));
      const pack = await nextPack(worker);
      expect(pack).toHaveLength(2);
      const alone = await nextPack(worker);
      worker.close();
      const back = await open(
        { slots: 2, ...most(3), holding: pack.map(({ runId, attempt, lease }) => ({ runId, attempt, lease })) },
        worker.id,
      );
      back.held = pack.map(({ runId, attempt, lease }) => ({ runId, attempt, lease }));
      // The one that it does not have any more comes again: one slot is free beside the pack's.
      expect(await back.nextAssignment()).toMatchObject({ runId: alone[0]!.runId, attempt: 2 });
      await launch(server(), grid({ seeds: [7] }));
      await expect(back.nextAssignment(undefined, 500)).rejects.toThrow("no run came");
      await untilStatus(server(), runs[0]!.id, "leased");
    });

    test("two people have a slot in turn, a pack at a time", async () => {
      const [p, q] = [await addMember(server(), "editor", "Pia"), await addMember(server(), "editor", "Quin")];
      const worker = await open({ slots: 1, ...most(4) });
      const held = await launch(server(), grid({ seeds: [99], widths: [33] }));
      const before = await nextPack(worker);
      for (const [name, { cookie }] of [
        ["P", p],
        ["Q", q],
      ] as const)
        await server().call("experiments.launch", { name, config: grid({ seeds: range(10) }) }, { headers: { cookie } });
      await end(worker, before);
      expect(await getRun(server(), held.runs[0]!.id)).toMatchObject({ status: "finished" });
      let served = "";
      for (let at = 0; at < 6; at++) {
        const pack = await nextPack(worker);
        served += `${pack[0]!.experimentName}${pack.length} `;
        await end(worker, pack);
      }
      expect(served).toMatch(/^(P4 Q4 P4 Q4 P2 Q2|Q4 P4 Q4 P4 Q2 P2) $/);
    });
  },
  { COLLAPSAR_ACCESS_KEY: accessKey, COLLAPSAR_HEARTBEAT_MS: "150", COLLAPSAR_LEASE_MS: "1200" },
);
