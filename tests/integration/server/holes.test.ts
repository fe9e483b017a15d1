import { expect, test } from "vitest";
import { runExport } from "../../../contract/wire/exportFormat.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import { ended, finished, logged, measured, numbered, started } from "../../support/builders/events.ts";
import { getExperiment, getRun, grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { leaseOf, RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

const everyTen = grid({ measuring: { name: "every", steps: 10 } });
const checkpointed = (step: number): RunEvent => ({ kind: "checkpoint", step, hash: "0", bytes: 1 });
const upTo = (last: number, from = 0) =>
  Array.from({ length: (last - from) / 10 + 1 }, (_, index) => measured(from + 10 * index));

onBothDatabases("A hole in a curve", (server) => {
  test("is not started: an attempt that resumes beyond what is stored is refused, and the next one learns how far that reaches", async () => {
    const { runs } = await launch(server(), everyTen);
    const worker = await RawWorker.connect(server());
    const first = await worker.nextAssignment(runs[0].id);
    expect(first.measuredThrough).toBe(0);
    await worker.events(first, numbered([started(), ...upTo(30), checkpointed(34), ended("WORKER_LOST", "worker stopped")]));
    const second = await worker.nextAssignment(runs[0].id);
    expect(second.measuredThrough).toBe(34);
    // Its points from 40 on are nowhere: the database is an older one, or the spool was lost.
    const why = "It resumed from step 80, but what was measured is stored only up to step 34: the next attempt resumes earlier.";
    expect(await worker.events(second, numbered([started(80), measured(90)]))).toEqual({
      ok: false,
      code: "LEASE_LOST",
      message: why,
    });
    const third = await worker.nextAssignment(runs[0].id);
    expect(third).toMatchObject({ attempt: 3, measuredThrough: 34 });
    expect(await worker.events(third, numbered([started(34), ...upTo(1000, 40), finished()]))).toMatchObject({ ok: true });
    const row = await untilStatus(server(), runs[0].id, "finished");
    expect(row).not.toHaveProperty("gaps");
    const { attempts, series } = await server().call("runs.get", { id: row.id });
    expect(attempts[1].outcome).toEqual({ code: "WORKER_LOST", message: why });
    expect(series).toEqual([{ key: "train/loss", points: 101 }]);
    worker.close();
  });

  test("is reported for a finished run, in its row, its study and its exports", async () => {
    const { id, runs } = await launch(server(), everyTen);
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), ...upTo(100), ...upTo(500, 200), ...upTo(980, 520), finished()]));
    const gaps = {
      missing: 12,
      expected: 101,
      ranges: [
        [110, 190],
        [510, 510],
        [990, 1000],
      ],
    };
    const words = "12 of 101 measurements are missing: steps 110 to 190; 510; 990 to 1000";
    expect(await getRun(server(), lease.runId)).toMatchObject({ status: "finished", gaps });
    expect((await getExperiment(server(), id)).runs[0]).toMatchObject({ gaps });
    const read = async (path: string) => (await fetch(`${server().url}/export/${path}`)).text();
    expect(runExport.parse(JSON.parse(await read(`runs/${lease.runId}.json`))).run.gaps).toEqual(gaps);
    expect(await read(`runs/${lease.runId}.csv`)).toContain(words);
    const table = await read(`experiments/${id}.csv`);
    expect(table).toContain(`run 1: ${words}`);
    const [head, line] = table.split("\r\n").filter((each) => !each.startsWith("#"));
    expect(line.split(",")[head.split(",").indexOf("measurements_missing")]).toBe("12");
    worker.close();
  });
});

onBothDatabases("A batch that was damaged on the way", (server) => {
  test("is refused, and stored when it comes as it was sent", async () => {
    const { runs } = await launch(server(), everyTen);
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    const events = [{ seq: 1, at: 5, event: logged("0.1") }];
    // CRC-32 of [{"seq":1,"at":5,"event":{"kind":"log","level":"info","text":"0.1"}}]
    const batch = { ...leaseOf(lease), events, checksum: "ec1984df" };
    const changed = { ...batch, events: [{ ...events[0], event: logged("0.2") }] };
    expect(await worker.ask("events", changed)).toEqual({
      ...{ ok: false, code: "DAMAGED" },
      message: "The batch does not match its checksum.",
    });
    expect(await worker.ask("events", batch)).toEqual({ ok: true, storedThrough: 1 });
    expect(await server().call("runs.log", { id: lease.runId })).toMatchObject([{ text: "0.1" }]);
    worker.close();
  });
});

onBothDatabases("F21: attempts that are lost again and again", (server) => {
  test("end no run that gets further with each of them", async () => {
    const { runs } = await launch(server(), everyTen);
    const worker = await RawWorker.connect(server());
    for (let attempt = 1, from = 0; attempt <= 8; attempt++, from += 50) {
      const lease = await worker.nextAssignment(runs[0].id);
      const lost = ended(attempt % 2 === 0 ? "CRASHED" : "WORKER_LOST", "the machine was started again");
      const points = upTo(from + 50, from === 0 ? 0 : from + 10);
      expect(await worker.events(lease, numbered([started(from), ...points, checkpointed(from + 50), lost]))).toMatchObject({
        ok: true,
      });
    }
    const last = await worker.nextAssignment(runs[0].id);
    await worker.events(last, numbered([started(400), ...upTo(1000, 410), finished()]));
    expect(await untilStatus(server(), runs[0].id, "finished")).toMatchObject({ attempt: 9 });
    worker.close();
  });

  test("end one that crashes three times at the same place", async () => {
    const { runs } = await launch(server(), everyTen);
    const worker = await RawWorker.connect(server());
    const attempt = async (code: "CRASHED" | "WORKER_LOST", from: number, to: number) => {
      const lease = await worker.nextAssignment(runs[0].id);
      await worker.events(
        lease,
        numbered([started(from), ...upTo(to, from), checkpointed(from + 40), ended(code, "out of memory")]),
      );
      return lease.attempt;
    };
    await attempt("CRASHED", 0, 50);
    await attempt("CRASHED", 40, 50);
    // Another reason, further on: it is counted anew.
    await attempt("WORKER_LOST", 40, 90);
    await attempt("CRASHED", 80, 130);
    await attempt("CRASHED", 80, 130);
    expect(await attempt("CRASHED", 80, 120)).toBe(6);
    expect(await untilStatus(server(), runs[0].id, "failed")).toMatchObject({
      attempt: 6,
      failure: { message: "out of memory" },
    });
    worker.close();
  });

  test("where others trained in the same process blame no run, whether it got further or not; three crashes of its own end it", async () => {
    const { runs } = await launch(server(), everyTen);
    const worker = await RawWorker.connect(server());
    const attempt = async (from: number, to: number, excused: boolean) => {
      const lease = await worker.nextAssignment(runs[0].id);
      const crash = { ...ended("CRASHED", "a pack of 4 runs"), ...(excused && { excused }) } as RunEvent;
      const events = [started(from), ...upTo(to, from), checkpointed(from + 40), crash];
      expect(await worker.events(lease, numbered(events))).toMatchObject({ ok: true });
      return lease.attempt;
    };
    await attempt(0, 50, true);
    for (let again = 0; again < 4; again++) await attempt(40, 50, true);
    await attempt(40, 90, true);
    await attempt(80, 90, false);
    await attempt(80, 90, false);
    expect(await attempt(80, 90, false)).toBe(9);
    expect(await untilStatus(server(), runs[0].id, "failed")).toMatchObject({ attempt: 9, failure: { code: "CRASHED" } });
    worker.close();
  });
});
