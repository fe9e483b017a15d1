import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { protocolSizes } from "../../../../contract/wire/workerProtocol.ts";
import { AttemptSpool } from "../../../../workers/spool/attemptSpool.ts";
import { openSpool, readSpool } from "../../../../workers/spool/spool.ts";

const lease = { runId: "7f3f2c1e-95c4-4b9e-8a59-0f4a3b5d6c7e", attempt: 2, lease: "x".repeat(22) };
let folder: string;
let spool: AttemptSpool;

const write = (points: number) => {
  const writer = openSpool(spool.path);
  for (let step = 0; step < points; step++)
    writer.append({ kind: "measurement", step, values: { "train/loss": step }, missing: {} });
  writer.close();
};
const seqs = (max = 500) => spool.next(max).map(({ seq }) => seq);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-spool-"));
  spool = new AttemptSpool(folder, lease);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("what is sent next", () => {
  test("is nothing while there is no file", () => expect(seqs()).toEqual([]));

  test("stays next until it is acknowledged, and then moves past it", () => {
    write(5);
    expect(seqs(2)).toEqual([1, 2]);
    expect(seqs(2)).toEqual([1, 2]);
    spool.acknowledge(2);
    expect(seqs(2)).toEqual([3, 4]);
    spool.acknowledge(4);
    write(2);
    expect(seqs()).toEqual([5, 6, 7]);
  });

  test("goes back to what the server lacks, and over what it has already", () => {
    write(6);
    seqs();
    spool.acknowledge(6);
    spool.seek(3);
    expect(seqs(2)).toEqual([3, 4]);
    spool.acknowledge(5);
    expect(seqs()).toEqual([6]);
  });

  test("leaves out a line that is still being written", () => {
    write(2);
    appendFileSync(spool.path, '{"seq":3,"at":0,"event":{"kind":"log"');
    expect(seqs()).toEqual([1, 2]);
    spool.acknowledge(2);
    expect(seqs()).toEqual([]);
  });

  test("has bounded bytes: a batch is closed, and too large an event gives place to a line of the log", () => {
    const writer = openSpool(spool.path);
    for (const bytes of [300_000, 300_000, protocolSizes.messageBytes + 1, 10])
      writer.append({ kind: "log", level: "info", text: "x".repeat(bytes) });
    writer.close();
    expect(seqs()).toEqual([1]);
    spool.acknowledge(2);
    const [replacement] = spool.next(1);
    expect(replacement).toMatchObject({ seq: 3, event: { kind: "log", level: "error" } });
    spool.acknowledge(3);
    expect(seqs()).toEqual([4]);
    expect(readFileSync(spool.path.replace("jsonl", "refused-events.jsonl"), "utf8").length).toBeGreaterThan(
      protocolSizes.messageBytes,
    );
  });
});

describe("another life", () => {
  test("continues after the acknowledged position, with the same lease", () => {
    write(5);
    seqs(3);
    spool.acknowledge(3);
    spool.process = "12:34";
    spool.save();
    spool = AttemptSpool.reopen(folder, spool.statePath)!;
    expect(spool).toMatchObject({ lease, acked: 3, process: "12:34" });
    expect(seqs()).toEqual([4, 5]);
  });

  test("in a copy of its folder knows nothing of a process, which is another worker's", () => {
    write(1);
    spool.process = "12:34";
    spool.save();
    const copy = mkdtempSync(join(tmpdir(), "collapsar-spool-"));
    cpSync(folder, copy, { recursive: true });
    expect(AttemptSpool.reopen(copy, join(copy, basename(spool.statePath)))).toMatchObject({ lease, process: null });
    rmSync(copy, { recursive: true });
  });

  test("cuts off a torn line before it writes the attempt's end", () => {
    write(2);
    appendFileSync(spool.path, '{"seq":3,"at"');
    expect(spool.inspect()).toMatchObject({ lastSeq: 2, lastStep: 1, end: null });
    spool.append({ kind: "ended", code: "CRASHED", message: "killed", step: 1 });
    expect(spool.endSeq).toBe(3);
    expect(spool.next(500).at(-1)).toMatchObject({ seq: 3, event: { code: "CRASHED" } });
  });

  test("knows a state file that is not one", () => {
    appendFileSync(join(folder, "odd.json"), "{}");
    expect(AttemptSpool.reopen(folder, join(folder, "odd.json"))).toBeNull();
  });
});

describe("a spool that is started over", () => {
  const damage = (seq: number) => {
    const bytes = readFileSync(spool.path);
    bytes[readSpool(spool.path).ends[seq - 1] - 30] ^= 1;
    writeFileSync(spool.path, bytes);
  };
  const kinds = () => spool.next(500).map(({ seq, event }) => `${seq} ${event.kind}`);

  test("keeps what can be read before the damage, and ends the attempt there", () => {
    write(6);
    seqs(2);
    spool.acknowledge(2);
    damage(5);
    expect(seqs()).toEqual([3, 4]);
    spool.acknowledge(4);
    expect(() => seqs()).toThrow("checksum");
    spool.restart("a byte");
    expect(kinds()).toEqual(["5 log", "6 ended"]);
    expect(spool.end).toMatchObject({ code: "WORKER_LOST", step: 3 });
    expect(existsSync(`${spool.path}.damaged`)).toBe(true);
    expect(AttemptSpool.reopen(folder, spool.statePath)).toMatchObject({ acked: 4 });
  });

  test("keeps nothing where the damage lies in what the server has, or the server asks for what is not there", () => {
    write(6);
    seqs();
    spool.acknowledge(4);
    damage(2);
    spool.save();
    spool = AttemptSpool.reopen(folder, spool.statePath)!;
    expect(() => spool.inspect()).toThrow("checksum");
    spool.restart("a byte");
    expect(kinds()).toEqual(["5 log", "6 ended"]);
    spool.seek(3);
    expect(() => seqs()).toThrow("events 3 to 4 are not in the spool");
    spool.restart("again");
    expect(kinds()).toEqual(["3 log", "4 ended"]);
    expect(existsSync(`${spool.path}.damaged-2`)).toBe(true);
  });

  test("ends after what the server has, if that is more than the spool", () => {
    write(3);
    seqs();
    expect(() => spool.acknowledge(9)).toThrow("the server has 9 events of it, but the spool only 3");
    spool.restart("an old copy");
    expect(kinds()).toEqual(["10 log", "11 ended"]);
  });

  test("is what it was where its end can be read", () => {
    write(2);
    spool.append({ kind: "finished", step: 2, elapsedMs: 1 });
    spool.restart("a doubt");
    expect(kinds()).toEqual(["1 measurement", "2 measurement", "3 finished"]);
  });

  test("of a file that is gone has the end alone", () => {
    write(3);
    seqs();
    spool.acknowledge(3);
    rmSync(spool.path);
    spool.lastSeq = 5;
    expect(() => seqs()).toThrow("gone");
    spool.restart("it is gone");
    expect(kinds()).toEqual(["4 log", "5 ended"]);
  });
});

test("names the newest checkpoint that the server knows of", () => {
  const writer = openSpool(spool.path);
  for (const step of [10, 20]) writer.append({ kind: "checkpoint", step, hash: "0", bytes: 1 });
  writer.close();
  seqs();
  expect(spool.storedCheckpoint).toBeNull();
  spool.acknowledge(1);
  expect(spool.storedCheckpoint).toBe(10);
  spool.acknowledge(2);
  expect(spool.storedCheckpoint).toBe(20);
});

describe("the end", () => {
  test("removes the events, or keeps them as a ledger, or sets them aside", () => {
    write(1);
    spool.save();
    spool.remove(false);
    expect([spool.path, spool.statePath].map(existsSync)).toEqual([false, false]);
    write(1);
    spool.remove(true);
    expect([spool.path, `${spool.path}.sent`].map(existsSync)).toEqual([false, true]);
    write(1);
    spool.setAside();
    expect([spool.path, `${spool.path}.refused`].map(existsSync)).toEqual([false, true]);
  });
});
