import { io } from "socket.io-client";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { WatchBatch, WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { evaluation, finished, logged, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { getRun, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

/** What neither a text column nor jsonb can hold: NUL, and halves of surrogate pairs. */
const poison = "a\0b\ud800c\udc00";
const mended = "a\ufffdb\ufffdc\ufffd";

/** An event with every text that a worker may choose freely poisoned, those in keys too. */
function poisoned(event: RunEvent): RunEvent {
  const fixed = new Set(["kind", "id", "code", "level", "method", "geometry", "hash", "attack", "norm"]);
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return fixed.has(key) ? value : poison;
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value !== "object" || value === null) return value;
    const isRecord = key === "versions" || key === "missing";
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [isRecord ? `${name}${poison}` : name, walk(each, name)]),
    );
  };
  return walk(event, "") as RunEvent;
}

onBothDatabases("What can never be stored", (server) => {
  test("is repaired if it is text: the run continues and ends", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    const first = started() as Extract<RunEvent, { kind: "started" }>;
    const withNames = { ...first, dataset: { ...first.dataset, classNames: ["a", "b", "c", "d"], warnings: ["w"] } };
    const events = [
      poisoned(withNames),
      poisoned({ ...(measured(1) as Extract<RunEvent, { kind: "measurement" }>), missing: { "train/nc1.pinv": "x" } }),
      poisoned(logged("x")),
      poisoned({ kind: "evaluation", evaluation }),
      poisoned({ kind: "ended", code: "CRASHED", message: "x", step: 1 }),
    ];
    expect(await worker.events(lease, numbered(events))).toEqual({ ok: true, storedThrough: 5 });
    const detail = await server().call("runs.get", { id: lease.runId });
    expect(detail.attempts[0].started?.dataset?.classNames).toEqual([mended, mended, mended, mended]);
    expect(detail.attempts[0].outcome?.message).toBe(mended);
    worker.close();
  });

  test("cuts a text that is too long between characters", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    expect(await worker.events(lease, numbered([started(), logged("😀".repeat(3_000)), finished()]))).toMatchObject({ ok: true });
    const [line] = await server().call("runs.log", { id: lease.runId });
    expect(line.text).toBe(`${"😀".repeat(1_999)}…`);
    worker.close();
  });

  test("is answered as never, not as later", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(0, 1000), measured(0)]));
    const refused = async (event: RunEvent | RunEvent[]) =>
      (await worker.events(lease, numbered([event].flat(), 3))) as { ok: boolean; code: string; message: string };
    expect(await refused(measured(1_001))).toMatchObject({
      code: "INVALID",
      message: "A measurement at step 1001 of a training of 1000 steps.",
    });
    expect((await refused([measured(5), measured(5)])).message).toBe("A measurement at step 5 after one at step 5.");
    const picture = snapshot(1) as Extract<RunEvent, { kind: "geometry" }>;
    const change = (part: object) => ({ kind: "geometry", snapshot: { ...picture.snapshot, ...part } }) as RunEvent;
    expect((await refused(change({ meansGram: [1] }))).code).toBe("INVALID");
    expect((await refused(change({ labels: [7] }))).message).toContain("names class 7 of 2 classes");
    expect((await refused(change({ classes: 1e9 }))).code).toBe("INVALID");
    // A size that no column holds: the database's own refusal.
    const huge = { kind: "checkpoint", step: 5, hash: "aa", bytes: Number.MAX_SAFE_INTEGER } as const;
    expect((await worker.events(lease, numbered([huge], 3))).ok).toBe(true);
    expect(await worker.events(lease, numbered([measured(5), finished()], 4))).toMatchObject({ ok: true });
    expect((await getRun(server(), lease.runId)).status).toBe("finished");
    worker.close();
  });

  test("is not shown: what is sent live is what is stored", async () => {
    const { id, runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    const items: WatchItem[] = [];
    const page = io(`${server().url}/watch`, { transports: ["websocket"], reconnection: false, forceNew: true });
    page.on("batch", (batch: WatchBatch) => items.push(...batch.items));
    await new Promise((resolve) => page.once("connect", () => resolve(null)));
    await page.emitWithAck("watch", { room: "experiment", id });
    await worker.events(lease, numbered([started(), measured(0, { "train/loss": 1 })]));
    // The same numbers with other content, as a broken worker might send them.
    const forged = [started(), measured(0, { "train/loss": 77 })];
    expect(await worker.events(lease, numbered(forged))).toEqual({ ok: true, storedThrough: 2 });
    expect(await worker.events(lease, numbered([finished()], 3))).toMatchObject({ ok: true });
    await untilStatus(server(), lease.runId, "finished");
    // The end is told after all that came before it.
    await expect.poll(() => items.some((item) => item.kind === "run" && item.row.status === "finished")).toBe(true);
    const values = items.flatMap((item) => (item.kind === "points" ? [item.values["train/loss"]] : []));
    expect(values.length).toBeGreaterThan(0);
    expect(new Set(values)).toEqual(new Set([1]));
    page.disconnect();
    worker.close();
  });
});
