import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../../contract/runEvents.ts";
import { openSpool, readSpool, spoolPath } from "../../../workers/run/spool.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = (text: string): RunEvent => ({ kind: "log", level: "info", text });
const texts = (path: string, offset = 0) =>
  readSpool(path, offset).events.map(({ event }) => (event.kind === "log" ? event.text : event.kind));

describe("spool", () => {
  test("numbers events from 1 and goes on after the last one", () => {
    const path = spoolPath(folder, "run", 2);
    expect(path).toBe(join(folder, "run.2.jsonl"));
    const first = openSpool(path);
    expect([first.append(log("a")), first.append(log("b"))]).toEqual([1, 2]);
    first.close();
    const second = openSpool(path);
    expect(second.lastSeq).toBe(2);
    expect(second.append(log("ü"))).toBe(3);
    second.sync();
    second.close();
    expect(readSpool(path).events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(texts(path)).toEqual(["a", "b", "ü"]);
  });

  test("is read on from any event's end, in portions, and by whole lines only", () => {
    const path = spoolPath(folder, "run", 1);
    const spool = openSpool(path);
    for (let i = 0; i < 20; i++) spool.append(log(`${i} ${"x".repeat(300)}`));
    const { ends, offset } = readSpool(path);
    expect(offset).toBe(readFileSync(path).length);
    expect(texts(path, ends[17])).toHaveLength(2);
    const portion = readSpool(path, 0, 1000);
    expect(portion.events.length).toBe(2);
    expect(readSpool(path, portion.offset).events[0].seq).toBe(3);
    expect(readSpool(path, 0, 10).events.length).toBeGreaterThanOrEqual(1); // one line at least, however long
    appendFileSync(path, '{"seq":21,"at":0,"ev');
    expect(readSpool(path, offset)).toEqual({ events: [], ends: [], offset });
    spool.close();
  });

  test("a line torn by a crash is cut off before the next is written", () => {
    const path = spoolPath(folder, "run", 1);
    const spool = openSpool(path);
    spool.append(log("whole"));
    spool.append(log("torn"));
    spool.close();
    truncateSync(path, readFileSync(path).length - 5);
    const again = openSpool(path);
    expect(again.lastSeq).toBe(1);
    again.append(log("next"));
    again.close();
    expect(texts(path)).toEqual(["whole", "next"]);
  });

  test("a single torn line leaves an empty spool; a long last line is found", () => {
    const path = spoolPath(folder, "run", 1);
    appendFileSync(path, '{"seq":1,');
    const spool = openSpool(path);
    expect(spool.lastSeq).toBe(0);
    spool.append(log("a"));
    spool.append(log("y".repeat(300_000)));
    spool.close();
    const again = openSpool(path);
    expect(again.lastSeq).toBe(2);
    again.close();
  });
});
