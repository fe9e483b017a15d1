import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../../../contract/wire/runEvents.ts";
import { DamagedSpool, openSpool, readSpool, spoolPath } from "../../../../workers/spool/spool.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = (text: string): RunEvent => ({ kind: "log", level: "info", text });
const texts = (path: string, offset = 0) =>
  readSpool(path, offset).events.map(({ event }) => (event.kind === "log" ? event.text : event.kind));

describe("spool", () => {
  test("numbers events from 1 and continues after the last one", () => {
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

  test("a line whose bytes were changed is refused, those before it are read, and lines of earlier versions too", () => {
    const path = spoolPath(folder, "run", 1);
    const spool = openSpool(path);
    for (const text of ["a", "b", "c"]) spool.append(log(text));
    spool.close();
    const whole = readFileSync(path);
    expect(whole.toString().split("\n")[0]).toMatch(/^\{"seq":1,"at":\d+,"event":\{.*\},"crc":"[0-9a-f]{8}"\}$/);
    const { ends } = readSpool(path);
    for (let at = ends[0]; at < ends[1] - 1; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 1;
      if (bytes[at] === 10) continue;
      writeFileSync(path, bytes);
      expect(texts(path)).toEqual(["a"]);
      expect(() => readSpool(path, ends[0])).toThrow(DamagedSpool);
    }
    writeFileSync(path, whole.subarray(0, ends[1]));
    expect(() => readSpool(path, ends[2])).toThrow("cut off");
    writeFileSync(path, whole.toString().replaceAll(/,"crc":"[0-9a-f]{8}"/g, ""));
    expect(texts(path)).toEqual(["a", "b", "c"]);
  });

  test("continues after a number if its file is new, and is not opened after a damaged line", () => {
    const path = spoolPath(folder, "run", 1);
    const spool = openSpool(path, 41);
    expect(spool.append(log("a"))).toBe(42);
    spool.close();
    expect(openSpool(path, 7).lastSeq).toBe(42);
    writeFileSync(path, readFileSync(path, "utf8").replace('"a"', '"b"'));
    expect(() => openSpool(path)).toThrow("does not have its checksum");
  });
});
