import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packsOffered } from "../../../../../contract/wire/packs.ts";
import { PackBook } from "../../../../../workers/agent/attempts/packBook.ts";

const key = "0123456789abcdef0123456789abcdef";
const best = { runs: 16, provider: "onnxruntime cpu" };
const hour = 3_600_000;
let folder: string;
let path: string;
let now: number;
const open = (most = 64) => new PackBook(path, most, () => now);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "packs-"));
  path = join(folder, "packs.json");
  now = 1_000_000;
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what was timed is told once, advised, and still known after a restart", () => {
  const book = open();
  expect(book.tell()).toEqual({ most: 64, known: [] });
  expect(book.hasNews).toBe(false);
  book.timed(key, best);
  expect(book.hasNews).toBe(true);
  expect(packsOffered.parse(book.tell())).toEqual({ most: 64, known: [{ key, runs: 16 }] });
  expect(book.hasNews).toBe(false);
  const again = open();
  expect(again.tell()).toEqual({ most: 64, known: [{ key, runs: 16 }] });
  expect(again.adviceFor(key)).toEqual({ best, most: 64 });
  expect(again.adviceFor("another")).toEqual({ best: null, most: 64 });
});

test("after a crash half as many are tried, down to one, and for an hour", () => {
  const book = open();
  book.timed(key, best);
  book.tooMany(key, 16);
  expect(book.tell().known).toEqual([{ key, runs: 8 }]);
  expect(book.adviceFor(key)).toEqual({ best, most: 8 });
  book.tooMany(key, 16); // the second of the runs that crashed together
  expect(book.tell().known).toEqual([{ key, runs: 8 }]);
  for (const [runs, left] of [
    [8, 4],
    [4, 2],
    [3, 1],
    [1, 1],
  ]) {
    book.tooMany(key, runs);
    expect(book.tell().known).toEqual([{ key, runs: left }]);
  }
  expect(open().adviceFor(key).most).toBe(1);
  now += hour + 1;
  expect(book.hasNews).toBe(true);
  expect(book.tell().known).toEqual([{ key, runs: 16 }]);
  expect(book.hasNews).toBe(false);
});

test("a size is believed for a day, and found out again then", () => {
  const book = open();
  book.timed(key, best);
  book.tell();
  now += 24 * hour - 1;
  expect(open().adviceFor(key)).toEqual({ best, most: 64 });
  expect(book.hasNews).toBe(false);
  now += 1;
  expect(book.hasNews).toBe(true);
  expect(book.tell()).toEqual({ most: 64, known: [] });
  expect(book.hasNews).toBe(false);
  expect(open().adviceFor(key)).toEqual({ best: null, most: 64 });
  expect(open().tell()).toEqual({ most: 64, known: [] });
});

test("of a key that was never timed, only a limit is told", () => {
  const book = open();
  book.tooMany(key, 6);
  expect(book.tell()).toEqual({ most: 64, known: [{ key, runs: 3 }] });
  now += hour + 1;
  expect(book.tell()).toEqual({ most: 64, known: [] });
});

test("a worker that packs nothing says so, whatever it once found out", () => {
  open().timed(key, best);
  expect(open(1).tell()).toEqual({ most: 1, known: [{ key, runs: 1 }] });
  expect(open(1).adviceFor(key).most).toBe(1);
});

test("a damaged file, or one of another version of the program, is not believed", () => {
  open().timed(key, best);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.slice(0, -20));
  expect(open().tell().known).toEqual([]);
  writeFileSync(path, text.replace(/"version":"[^"]*"/, '"version":"0.0.1"'));
  expect(open().tell().known).toEqual([]);
  writeFileSync(path, text);
  expect(open().tell().known).toEqual([{ key, runs: 16 }]);
});
