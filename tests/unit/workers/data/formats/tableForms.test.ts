import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { inspectOwnSet } from "../../../../../workers/data/own/inspectOwnSet.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tables-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const places = () => ({ folder: root, cache: join(root, "cache") });
const load = (
  content: string | Uint8Array,
  { file = "mine.tsv", ...more }: { file?: string; maxLength?: number; vocabulary?: number } = {},
) => {
  writeFileSync(join(root, file), content);
  return loadDataset(datasetConfig.parse({ id: "text-file", file, ...more }), places());
};
const refusal = async (...given: Parameters<typeof load>): Promise<{ code: string; message: string }> =>
  load(...given).then(
    () => ({ code: "read", message: "" }),
    ({ code, message }) => ({ code, message }),
  );
const rows = ["bon", "mal"].flatMap((label) => Array.from({ length: 5 }, (_, i) => [label, `été numéro ${i} ${label}`] as const));
const table = rows.map(([label, text]) => `${label}\t${text}`).join("\n");
/** Of the table above, however it is written. */
const counts = { trainCounts: [4, 4], testCounts: [1, 1], classNames: ["bon", "mal"] };

const utf16 = (text: string, big = false) => {
  const bytes = Buffer.from(text, "utf16le");
  return big ? bytes.swap16() : bytes;
};
const utf32 = (text: string, big = false) =>
  Buffer.concat(
    Array.from(text, (character) => {
      const bytes = Buffer.alloc(4);
      if (big) bytes.writeUInt32BE(character.codePointAt(0)!);
      else bytes.writeUInt32LE(character.codePointAt(0)!);
      return bytes;
    }),
  );

describe("text that is not UTF-8 is refused by the name of what it is", () => {
  const way = (name: string) => `convert it, e.g. by "iconv -f ${name} -t UTF-8".`;
  const chinese = "好\t这个电影很好看，我们都喜欢。\n坏\t他说这是一个不好的电影。\n";

  test.each<[string, Uint8Array, string]>([
    ["UTF-16LE with a mark", utf16(`\ufeff${table}`), `it is UTF-16LE: ${way("UTF-16LE")}`],
    ["UTF-16BE with a mark", utf16(`\ufeff${table}`, true), `it is UTF-16BE: ${way("UTF-16BE")}`],
    ["UTF-16LE", utf16(table), `it is UTF-16LE without a byte order mark: ${way("UTF-16LE")}`],
    ["UTF-16BE", utf16(table, true), `it is UTF-16BE without a byte order mark: ${way("UTF-16BE")}`],
    ["UTF-16BE, Chinese", utf16(chinese, true), `it is UTF-16BE without a byte order mark: ${way("UTF-16BE")}`],
    ["UTF-32LE with a mark", utf32(`\ufeff${table}`), `it is UTF-32LE: ${way("UTF-32LE")}`],
    ["UTF-32BE with a mark", utf32(`\ufeff${table}`, true), `it is UTF-32BE: ${way("UTF-32BE")}`],
    ["UTF-32LE", utf32(table), `it is UTF-32LE without a byte order mark: ${way("UTF-32LE")}`],
    ["UTF-32BE", utf32(table, true), `it is UTF-32BE without a byte order mark: ${way("UTF-32BE")}`],
    ["ISO-2022-JP", Buffer.from("a\t\x1b$B%F%9%H\x1b(B\n"), `it is ISO-2022-JP: ${way("ISO-2022-JP")}`],
    ["gzip twice", gzipSync(gzipSync(table)), "it is a gzip file within a gzip file: unpack it once."],
    ["zip", zip("data.tsv", table), "it is a zip archive: unpack it."],
    ["xlsx", zip("xl/workbook.xml", "<x/>"), "it is an Excel workbook (.xlsx): save it as tab-separated text in UTF-8."],
    ["xls", Buffer.from("d0cf11e0a1b11ae1", "hex"), "it is an old Office file (.xls or .doc)"],
    ["xz", Buffer.from("fd377a585a000004", "hex"), "it is an xz file: unpack it (unxz)."],
    ["Parquet", Buffer.from("PAR1\x15\x04\x15\x80\xff\0", "latin1"), "it is a Parquet file: export it"],
    ["a pickle", Buffer.from("\x80\x04\x95\x10\0\0", "latin1"), "it is a Python pickle: export it"],
    ["a picture", Buffer.from("\x89PNG\r\n\x1a\n\0\0", "latin1"), "it is a picture."],
  ])("%s", async (_, bytes, why) => {
    const { code, message } = await refusal(bytes);
    expect(code).toBe("DATASET_CORRUPT");
    expect(message).toContain(`mine.tsv is not UTF-8 text: ${why}`);
  });

  /** A label, and a text three times; both in hexadecimal digits. */
  const thrice = (label: string, text: string) => Buffer.from(`${label}${text.repeat(3)}`, "hex");
  test.each<[string, Uint8Array, string]>([
    [
      "EUC-KR",
      thrice("c1c1c0bd09", "c0cc20bfb5c8adb4c220c1a4b8bb20c0e7b9ccc0d6bef9b4d92e0a"),
      `the file is EUC-KR by the looks of it: ${way("EUC-KR")}`,
    ],
    [
      "EUC-JP",
      thrice("cec909", "a4b3a4ceb1c7b2e8a4cfcccccdf2a4a4a4c7a4b90a"),
      `the file is EUC-JP by the looks of it: ${way("EUC-JP")}`,
    ],
    [
      "Latin-1",
      Buffer.from(table, "latin1"),
      `mine.tsv, line 1 (byte 0): expected UTF-8, found other bytes: the file is Latin-1 (Windows-1252) by the looks of it: ${way("WINDOWS-1252")}`,
    ],
    [
      "Shift-JIS",
      thrice("97c782a209", "82b182cc896689e682cd82c682c482e096ca94928b760a"),
      `the file is SHIFT_JIS by the looks of it: ${way("SHIFT_JIS")}`,
    ],
    [
      "GBK",
      thrice("bac309", "d5e2b8f6b5e7d3b0bac3bfb4a3acced2c3c7b6bccfb2bbb6a1a30a"),
      `the file is GB18030 by the looks of it: ${way("GB18030")}`,
    ],
    [
      "Windows-1251",
      thrice("efebeef5ee09", "d3e6e0f1edfbe920f4e8ebfcec0a"),
      `the file is WINDOWS-1251 by the looks of it: ${way("WINDOWS-1251")}`,
    ],
    [
      "noise",
      Uint8Array.from({ length: 400 }, (_, i) => ((i * 97 + (i >> 3) * 31) % 255) + 1),
      "is binary, or text in an encoding that cannot be determined",
    ],
    [
      "a NUL byte",
      Buffer.from("a\tone\nb\ttw\0o\n"),
      "mine.tsv, line 2 (byte 6): there is a NUL byte at byte 10: it is binary, or damaged text.",
    ],
  ])("%s: with its line", async (_, bytes, why) => {
    const { code, message } = await refusal(bytes);
    expect(code).toBe("DATASET_CORRUPT");
    expect(message).toContain(why);
  });
});

describe("the forms in which tables are read", () => {
  test.each<[string, string | Uint8Array, string?]>([
    ["a byte order mark", `\ufeff${table}`],
    ["\\r\\n", table.replaceAll("\n", "\r\n")],
    ["\\r alone", table.replaceAll("\n", "\r")],
    ["all three mixed", table.replace("\n", "\r").replace("\n", "\r\n")],
    ["an end of line at the end", `${table}\n`],
    ["empty lines at the end", `${table}\n\n\n`],
    ["gzip", gzipSync(table), "mine.tsv.gz"],
    [".TSV", table, "mine.TSV"],
    [".txt", table, "mine.txt"],
    [
      "a comma table whose lines end in \\r\\n and \\n",
      rows.map((row, i) => row.join(",") + (i < 4 ? "\r\n" : "\n")).join(""),
      "mine.csv",
    ],
    [
      "a comma table whose lines end in \\r and \\n",
      rows.map((row, i) => row.join(",") + (i < 4 ? "\r" : "\n")).join(""),
      "mine.csv",
    ],
    ["a comma table", rows.map(([label, text]) => `${label},"${text}"`).join("\r\n"), "mine.csv"],
  ])("%s", async (_, content, file) => {
    const plain = await load(table);
    const set = await load(content, { file });
    expect(set.resolved).toMatchObject(counts);
    expect(set.resolved.hash).toBe(plain.resolved.hash);
    expect((await inspectOwnSet("text-file", file ?? "mine.tsv", places())).trainCounts).toEqual([5, 5]);
  });

  test("a single \\r within a text is not an end of line where no line follows", async () => {
    const set = await load("a\tone\rtwo\na\tthree\nb\tfour\nb\tfive\n");
    expect(set.resolved.trainCounts).toEqual([1, 1]);
    expect(set.preparation).toContain("Vocabulary:");
  });

  test("and of a comma table likewise", async () => {
    const set = await load("a,one\rtwo\na,three\nb,four\nb,five\n", { file: "mine.csv" });
    expect(set.resolved.trainCounts).toEqual([1, 1]);
  });

  test.each<[string, string, string?]>([
    ["label<TAB>text", `label\ttext\n${table}`],
    ["text<TAB>label", `sentence\tLabel\n${rows.map(([label, text]) => `${text}\t${label}`).join("\n")}`],
    ["with other columns", `id\tlabel\ttext\n${rows.map(([label, text], i) => `${i}\t${label}\t${text}`).join("\n")}`],
    ["review,sentiment", `review,sentiment\n${rows.map(([label, text]) => `"${text}",${label}`).join("\n")}`, "mine.csv"],
  ])("a first line that names the columns: %s", async (_, content, file) => {
    const plain = await load(table);
    const { resolved } = await load(content, { file });
    expect(resolved.hash).toBe(plain.resolved.hash);
    expect(resolved.warnings).toHaveLength(1);
    expect(resolved.warnings![0]).toMatch(/^The first line of mine\.\w+ names the columns \(.*\) and is not read as a sample\.$/);
  });

  test("a label that is called like a column is one where other lines have it", async () => {
    const { resolved } = await load(`label\ttext\nlabel\tmore\n${table}`);
    expect(resolved.classNames).toEqual(["bon", "label", "mal"]);
    expect(resolved.warnings).toBeUndefined();
  });

  test("quotes, line ends and commas within the cells of a comma table", async () => {
    const set = await load('a,"one, ""two""\nthree"\na,four\nb,five\nb,six\n', { file: "mine.csv", vocabulary: 50 });
    expect(set.resolved.trainCounts).toEqual([1, 1]);
    expect(await refusal('a,"one\nb,two\n', { file: "mine.csv" })).toMatchObject({
      code: "DATASET_CORRUPT",
      message: expect.stringMatching(/^mine.csv is not a comma-separated table: Quote Not Closed/),
    });
  });
});

describe("all lines that cannot be read are reported at once", () => {
  test("the first twenty, and how many there are", async () => {
    const bad = Array.from({ length: 25 }, (_, i) => (i % 2 ? "no tab" : "label\t ")).join("\n");
    const { code, message } = await refusal(`${table}\n${bad}`);
    expect(code).toBe("DATASET_CORRUPT");
    expect(message).toMatch(
      /^mine.tsv has 25 lines that cannot be read: mine.tsv, line 11: expected a text after the tab, found none\./,
    );
    expect(message).toMatch(/line 30: .* … and 5 more$/);
    expect(message).not.toContain("line 31");
  });

  test.each([
    ["commas", "a,one\nb,two\n", 'a comma-separated table is read if its name ends in ".csv"'],
    ["JSON lines", '{"label": 1, "text": "x"}\n', "it looks like JSON: write it as lines label<TAB>text"],
    ["a web page", "<!DOCTYPE html>\n<html></html>\n", "it looks like a web page: the download went wrong"],
  ])("%s", async (_, content, why) => {
    expect((await refusal(content)).message).toContain(why);
  });

  test.each([
    [";", "semicolons"],
    ["\t", "tabs"],
    ["|", "vertical bars"],
  ])("a .csv separated by %j is refused by that, also where the texts have commas", async (sign, told) => {
    for (const head of ["", `label${sign}text\n`])
      for (const text of ["plain", "with, commas"]) {
        const content = head + rows.map(([label], i) => `${label}${sign}${text} ${i}`).join("\n");
        expect(await refusal(content, { file: "mine.csv" })).toEqual({
          code: "DATASET_CORRUPT",
          message: `mine.csv is separated by ${told}, and a ".csv" is read as comma-separated: save it with commas, or as lines label<TAB>text in a ".tsv".`,
        });
      }
  });

  test("several labels of one text", async () => {
    expect((await refusal(`${table}\nx\tone\ny\ttwo\n`)).message).toBe(
      'mine.tsv has 1 text with the label "x" (and 1 other labels: "y"); a class needs 2, one of them for the test set.',
    );
  });

  test("texts in the first column", async () => {
    const swapped = Array.from({ length: 1200 }, (_, i) => `a text of number ${i}\tlabel`).join("\n");
    expect((await refusal(swapped)).message).toMatch(
      /1200 different labels, such as .*; at most 1000 classes are read. Is the label in the first column\?/,
    );
  });
});

describe("what looks like a mistake is a warning", () => {
  const warnings = async (...given: Parameters<typeof load>) => (await load(...given)).resolved.warnings;
  const lines = (labels: string[], each = 5) =>
    labels.flatMap((label) => Array.from({ length: each }, (_, i) => `${label}\tword ${label} ${i}`));

  test.each([
    ["case", ["Yes", "yes"], '"Yes" and "yes"'],
    ["quotes", ['"yes"', "yes"], '"\\"yes\\"" and "yes"'],
    ["Unicode form", ["café", "cafe\u0301"], '"cafe<U+0301>" and "café<U+00E9>"'],
    ["leading zeros", ["01", "1", "2"], '"01" and "1"'],
    ["decimals", ["1", "1.0", "2"], '"1" and "1.0"'],
    ["blanks within", ["very good", "very  good"], '"very  good" and "very good"'],
    ["an invisible character", ["yes", "yes\u200b"], '"yes" and "yes<U+200B>"'],
    ["full width", ["1", "１"], '"1" and "１<U+FF11>"'],
  ])("labels that differ only in %s", async (_, labels, told) => {
    const texts = labels.flatMap((label, k) => Array.from({ length: 5 }, (_, i) => `${label}\tword${k} ${i}`));
    const found = await warnings(texts.join("\n"), { vocabulary: 50 });
    expect(found?.[0]).toBe(
      `mine.tsv has classes whose names differ only in case, quotes, spaces, Unicode form or zeros, and are read as different classes: ${told}.`,
    );
  });

  test("a third column, texts in quotes, empty lines", async () => {
    const content = [...lines(["a", "b"]), 'a\t"quoted"', 'b\t"more"', "a\tone\ttwo", "", "", ""].join("\n");
    expect(await warnings(content, { vocabulary: 50 })).toEqual([
      "1 line of mine.tsv has more than 2 columns: all after the first tab is read as text.",
      "2 of 13 texts of mine.tsv are in quotation marks, which are read as part of the text.",
      "2 empty lines at the end of mine.tsv are skipped.",
    ]);
  });

  test("texts of the test set that are trained on, and texts with two labels", async () => {
    const content = ["a", "b"].flatMap((label) => Array.from({ length: 5 }, () => `${label}\tthe same`)).join("\n");
    expect(await warnings(content)).toEqual([
      "5 of 10 texts occur earlier with a different label.",
      "2 of the 2 test texts are in the training set too, byte for byte.",
    ]);
  });

  test("texts without a word, and words that are unknown", async () => {
    const content = ["a", "b"].flatMap((label) => Array.from({ length: 5 }, (_, i) => `${label}\tonly${label}${i}`)).join("\n");
    expect(await warnings(content)).toEqual([
      "100 % of the 2 words of the test texts are unknown: the network reads them as one and the same word. Are training and test texts of one language and kind?",
    ]);
    const blank = ["a", "b"].flatMap((label) => Array.from({ length: 5 }, () => `${label}\t\u200b`)).join("\n");
    expect((await warnings(blank))?.[0]).toBe("10 of 10 texts contain no word or symbol that can be read.");
  });

  test("texts without blanks are cut into words, and hashed as such", async () => {
    const chinese = ["好\t这个电影很好看", "好\t我们喜欢这个电影", "坏\t他说电影不好看", "坏\t我们不喜欢"].join("\n");
    const set = await load(chinese, { vocabulary: 50 });
    expect(set.resolved.warnings?.[0]).toBe(
      "4 of 4 texts are written without spaces between words (Chinese, Japanese, Thai …): their words are found by the rules of Unicode and a dictionary (Intl.Segmenter).",
    );
    expect([...set.vocabulary!.keys()].filter((word) => word.length > 1 && !word.startsWith("<")).length).toBeGreaterThan(0);
    expect([...set.vocabulary!.keys()].every((word) => word.startsWith("<") || word.length < 5)).toBe(true);
    const thai = ["ดี\tหนังเรื่องนี้ดีมาก", "ดี\tชอบหนังเรื่องนี้", "แย่\tหนังแย่มาก", "แย่\tไม่ชอบหนัง"].join("\n");
    expect([...(await load(thai, { vocabulary: 50 })).vocabulary!.keys()]).toContain("หนัง");
  });
});

/** A zip archive of one file as Info-ZIP writes it, without what a reader of the first bytes does not look at. */
function zip(name: string, content: string): Uint8Array {
  const packed = deflateRawSync(content);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), packed]);
}

test("folders are not tables", async () => {
  mkdirSync(join(root, "folder.tsv"));
  const config = datasetConfig.parse({ id: "text-file", file: "folder.tsv" });
  await expect(loadDataset(config, places())).rejects.toMatchObject({
    code: "DATASET_CORRUPT",
    message: "folder.tsv is a folder; a file was expected.",
  });
});
