import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { datasetConfig, datasetIds } from "../../../../../contract/data/datasetConfig.ts";
import { parseLabelledLines } from "../../../../../workers/data/formats/labelledTexts.ts";
import { readZip } from "../../../../../workers/data/formats/readZip.ts";
import { readLines } from "../../../../../workers/data/formats/textLines.ts";
import { listAvailability } from "../../../../../workers/data/resolve/listAvailability.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";
import { resolveSamples } from "../../../../../workers/data/resolve/resolveSamples.ts";
import { imdbLayouts, reviewsOfArchive } from "../../../../../workers/data/sources/imdb.ts";
import { polarityOfArchive, splitLastFifth } from "../../../../../workers/data/sources/sentencePolarity.ts";
import { sst2Layouts } from "../../../../../workers/data/sources/sst2.ts";
import { textSource } from "../../../../../workers/data/sources/textSources.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "texts-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Uint8Array) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), content);
}
const places = () => ({ folder: root, cache: join(root, "cache") });

describe("lines label<TAB>text", () => {
  test("the first tab separates label and text; \\r\\n and a byte order mark are no text", () => {
    const read = parseLabelledLines(bytes("\ufeffb\tone\ttwo \r\na\tünï\r\nb\tthree"), "x.tsv", null);
    expect(read).toMatchObject({ texts: ["one\ttwo", "ünï", "three"], classNames: ["a", "b"] });
    expect([...read.labels]).toEqual([1, 0, 1]);
  });

  test("labels that are numbers are in the order of their values", () => {
    const { labels, classNames } = parseLabelledLines(bytes("10\tx\n9\ty\n-1\tz\n"), "x.tsv", null);
    expect(classNames).toEqual(["-1", "9", "10"]);
    expect([...labels]).toEqual([2, 1, 0]);
  });

  test.each([
    ["no tab", "a\tone\na,two\n", 'x.tsv, line 2: expected "label<TAB>text", found no tab in "a,two"'],
    ["an empty line", "a\tone\n\nb\ttwo\n", "x.tsv, line 2: expected"],
    ["no label", "\tone\n", "x.tsv, line 1: expected a label before the tab"],
    ["no text", "a\tone\na\t \n", "x.tsv, line 2: expected a text after the tab"],
    ["nothing", "", "x.tsv is empty"],
    ["a thousand and one labels", Array.from({ length: 1001 }, (_, i) => `${i}\tx`).join("\n"), "at most 1000 classes"],
  ])("%s is refused with its line", (_, content, why) => {
    expect(() => parseLabelledLines(bytes(content), "x.tsv", null)).toThrow(why);
  });

  test("bytes that are not UTF-8 are refused with line and byte; so is an unknown label", () => {
    const latin = Uint8Array.of(...bytes("a\tone\nb\tca"), 0xe9, 10);
    expect(() => parseLabelledLines(latin, "x.tsv", null)).toThrow("x.tsv, line 2 (byte 6): expected UTF-8");
    expect(() => parseLabelledLines(bytes("0\tx\n2\ty\n"), "x.tsv", ["0", "1"])).toThrow(
      'x.tsv, line 2: expected the label "0" or "1", found "2"',
    );
    expect(() => [...readLines(new Uint8Array(1_000_001).fill(97), "x")]).toThrow("at most 1000000 are read");
  });
});

/** A zip archive as written by Info-ZIP: local headers, then the list of files, then its end. */
function zip(files: Record<string, string>): Uint8Array {
  const [local, list]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(Buffer.byteLength(content), 8);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(8, 8);
    sizes.copy(header, 14);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    sizes.copy(entry, 16);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    local.push(header, Buffer.from(name), packed);
    list.push(entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, ...list, end]);
}

describe("zip", () => {
  test("gives the files asked for", () => {
    const files = readZip(zip({ "a/b.txt": "hello ".repeat(50), c: "not asked for" }), "x.zip", ["a/b.txt"], 1000);
    expect([...files.keys()]).toEqual(["a/b.txt"]);
    expect(Buffer.from(files.get("a/b.txt")!).toString()).toBe("hello ".repeat(50));
  });

  test("refuses what is damaged, lacks a file, or unpacks to too much", () => {
    const archive = zip({ a: "hello".repeat(100) });
    expect(() => readZip(archive.subarray(0, archive.length - 5), "x.zip", ["a"], 1000)).toThrow("x.zip: not a zip archive");
    expect(() => readZip(archive, "x.zip", ["b"], 1000)).toThrow("x.zip: it has no b");
    expect(() => readZip(archive, "x.zip", ["a"], 100)).toThrow("a unpacks to 500 bytes, at most 100");
    const damaged = Uint8Array.from(archive);
    damaged.fill(0xff, 31, 36);
    expect(() => readZip(damaged, "x.zip", ["a"], 1000)).toThrow("a at byte 0 cannot be unpacked");
    const moved = Uint8Array.from(archive);
    moved[moved.length - 6] += 1;
    expect(() => readZip(moved, "x.zip", ["a"], 1000)).toThrow("no entry at byte");
  });
});

describe("sentence polarity", () => {
  test("the archive gives the table's order: positive sentences first", () => {
    const archive = zip({
      "sentence_polarity/rt-polarity.neg": "bad \nworse \n",
      "sentence_polarity/rt-polarity.pos": "good \n",
    });
    const { texts, labels } = polarityOfArchive(archive, "x.zip");
    expect(texts).toEqual(["good", "bad", "worse"]);
    expect([...labels]).toEqual([1, 0, 0]);
  });

  test("the last fifth of each class is the test set", () => {
    const labels = Uint16Array.of(1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0);
    const { train, test: tested } = splitLastFifth({ texts: [...labels.keys()].map(String), labels });
    expect(train.texts).toEqual(["0", "1", "2", "3", "5", "6", "7", "8", "9"]);
    expect(tested.texts).toEqual(["4", "10"]);
    expect([...tested.labels]).toEqual([1, 0]);
  });

  test("another file in its folder is refused with both hashes", async () => {
    put("sentence-polarity/sentence-polarity.tsv.gz", gzipSync("1\tgood\n0\tbad\n"));
    const load = loadDataset(datasetConfig.parse({ id: "sentence-polarity" }), places());
    await expect(load).rejects.toThrow(/sha256 of the decompressed bytes cc16757c.*found [0-9a-f]{64}/);
  });
});

describe("SST-2", () => {
  const tables = {
    train: "sentence\tlabel\nhide new secretions \t0\nfine\t1\nsplit\tin two\t1\n",
    dev: "sentence\tlabel\nbad\t0\ngood\t1\n",
  };
  const source = () => ({
    ...textSource("sst2"),
    layouts: sst2Layouts({ train: 3, dev: 2 }).map((layout) => ({ ...layout, mirrors: [] })),
  });

  test("tables of its own folder are read; they have no published hash, and that is reported", async () => {
    put("SST-2/train.tsv", tables.train);
    put("SST-2/dev.tsv", tables.dev);
    const { train, test: tested, source: where } = await resolveSamples(source(), places());
    expect(train.texts).toEqual(["hide new secretions", "fine", "split\tin two"]);
    expect([...train.labels]).toEqual([0, 1, 1]);
    expect(tested.texts).toEqual(["bad", "good"]);
    expect(where).toBe(`folder ${join(root, "SST-2")} (not verified: no certain published hash)`);
  });

  test("tables of the same names in the data-set folder itself may be anything, and are left alone", async () => {
    put("train.tsv", tables.train);
    put("dev.tsv", tables.dev);
    await expect(resolveSamples(source(), places())).rejects.toMatchObject({ code: "DATASET_UNAVAILABLE" });
  });

  test.each([
    ["another header", "label\tsentence\n0\tx\n", "train.tsv, line 1: expected the header"],
    ["another label", `${tables.train}good\t2\n`, 'train.tsv, line 5: expected "sentence<TAB>0"'],
    ["another number of sentences", `${tables.train}good\t1\n`, "train.tsv has 4 sentences; SST-2 has 3 there"],
  ])("%s is refused", async (_, content, why) => {
    put("sst2/train.tsv", content);
    put("sst2/dev.tsv", tables.dev);
    await expect(resolveSamples(source(), places())).rejects.toThrow(why);
  });

  test("an archive that is not the published one is refused", async () => {
    put("sst2/SST-2.zip", zip({ "SST-2/train.tsv": tables.train, "SST-2/dev.tsv": tables.dev }));
    await expect(resolveSamples(source(), places())).rejects.toThrow(/md5 of the file 9f81648d4199384278b86e315dac217c, found/);
  });
});

describe("IMDB", () => {
  const source = () => ({ ...textSource("imdb"), layouts: imdbLayouts(2).map((layout) => ({ ...layout, mirrors: [] })) });
  const reviews: Record<string, string> = {
    "train/neg/10_2.txt": "awful",
    "train/neg/9_1.txt": "bad<br /><br />film",
    "train/pos/0_9.txt": "good",
    "train/pos/1_10.txt": "grand",
    "test/neg/0_1.txt": "dull",
    "test/neg/1_1.txt": "dire",
    "test/pos/0_10.txt": "fine",
    "test/pos/1_8.txt": "fun",
  };

  test("its folders: negative first, in the order of the reviews' numbers, without HTML breaks", async () => {
    for (const [name, text] of Object.entries(reviews)) put(`aclImdb/${name}`, text);
    put("aclImdb/train/unsup/0_0.txt", "no label");
    put("aclImdb/train/pos/urls.txt", "no review");
    const { train, test: tested, source: where } = await resolveSamples(source(), places());
    expect(train.texts).toEqual(["bad  film", "awful", "good", "grand"]);
    expect([...train.labels]).toEqual([0, 0, 1, 1]);
    expect(tested.texts).toEqual(["dull", "dire", "fine", "fun"]);
    expect(where).toContain("not verified");
  });

  test("a folder with too few reviews is refused by its name; bytes that are not UTF-8 by the file's", async () => {
    for (const [name, text] of Object.entries(reviews)) put(`imdb/${name}`, text);
    rmSync(join(root, "imdb/test/pos/1_8.txt"));
    await expect(resolveSamples(source(), places())).rejects.toThrow(
      "has 1 reviews <number>_<stars>.txt in test/pos/; expected 2",
    );
    put("imdb/test/pos/1_8.txt", Uint8Array.of(0xff, 0xfe));
    await expect(resolveSamples(source(), places())).rejects.toThrow("1_8.txt is not UTF-8");
  });

  test("its archive is read as a stream, and gives the same reviews", async () => {
    const entry = (name: string, content: string) => {
      const header = Buffer.alloc(512);
      header.write(`aclImdb/${name}`, 0);
      header.write(content.length.toString(8).padStart(11, "0"), 124);
      header.write("0", 156);
      return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
    };
    const entries = [...Object.entries(reviews), ["train/unsup/0_0.txt", "no label"]].map(([name, text]) => entry(name, text));
    const found = await reviewsOfArchive(gzipSync(Buffer.concat(entries)), "x.tar.gz");
    expect(found.get("train/neg")).toEqual([
      { id: 10, text: "awful" },
      { id: 9, text: "bad  film" },
    ]);
    expect([...found.values()].map((folder) => folder.length)).toEqual([2, 2, 2, 2]);
    put("imdb/aclImdb_v1.tar.gz", gzipSync(Buffer.concat(entries)));
    await expect(resolveSamples(source(), places())).rejects.toThrow(/not the published aclImdb_v1.tar.gz/);
  });
});

describe("a file of a person's own", () => {
  const lines = (counts: Record<string, number>) =>
    Object.entries(counts)
      .flatMap(([label, n]) => Array.from({ length: n }, (_, i) => `${label}\ttext ${label} number${i}`))
      .join("\n");
  const load = (config: object) => loadDataset(datasetConfig.parse({ id: "text-file", file: "mine.tsv", ...config }), places());

  test("is split by class and seed, hashed, and reported", async () => {
    put("mine.tsv", lines({ no: 10, yes: 20, maybe: 2 }));
    const set = await load({ testShare: 0.3, splitSeed: 4 });
    expect(set.resolved).toMatchObject({
      classes: 3,
      trainCounts: [1, 7, 14],
      testCounts: [1, 3, 6],
      source: `folder ${join(root, "mine.tsv")}`,
    });
    expect(set.preparation).toContain('0 = "maybe", 1 = "no", 2 = "yes"');
    expect((await load({ testShare: 0.3, splitSeed: 4 })).resolved).toEqual(set.resolved);
    expect((await load({ testShare: 0.3, splitSeed: 5 })).resolved.hash).not.toBe(set.resolved.hash);
    put("mine.tsv", gzipSync(lines({ no: 10, yes: 20, maybe: 2 })));
    expect((await load({ testShare: 0.3, splitSeed: 4 })).resolved.hash).toBe(set.resolved.hash);
  });

  test("a class of one text, a single class, a folder, a name that is not there are refused", async () => {
    put("mine.tsv", lines({ a: 1, b: 5 }));
    await expect(load({})).rejects.toThrow('mine.tsv has 1 text with the label "a"');
    put("mine.tsv", lines({ a: 5 }));
    await expect(load({})).rejects.toThrow('only the label "a"');
    mkdirSync(join(root, "folder"));
    await expect(load({ file: "folder" })).rejects.toThrow("folder is a folder; a file was expected");
    await expect(load({ file: "absent.tsv" })).rejects.toMatchObject({ code: "DATASET_UNAVAILABLE" });
    put("mine.tsv", gzipSync("a\tb").subarray(0, 15));
    await expect(load({})).rejects.toThrow("mine.tsv is not a valid gzip file");
  });

  test("no name and no link leads out of the data-set folder", async () => {
    const inside = { folder: join(root, "sets"), cache: join(root, "cache") };
    put("sets/real.tsv", lines({ a: 5, b: 5 }));
    put("secret.tsv", lines({ a: 5, b: 5 }));
    symlinkSync(join(root, "secret.tsv"), join(root, "sets/link.tsv"));
    symlinkSync("real.tsv", join(root, "sets/alias.tsv"));
    const config = datasetConfig.parse({ id: "text-file", file: "link.tsv" });
    await expect(loadDataset(config, inside)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    expect((await loadDataset(datasetConfig.parse({ id: "text-file", file: "alias.tsv" }), inside)).classes).toBe(2);
    for (const file of ["../../../secret.tsv", "..", "/etc/passwd", "a/b.tsv"])
      await expect(loadDataset({ ...config, file } as typeof config, inside)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    await expect(loadDataset(config, { ...inside, folder: null })).rejects.toThrow("COLLAPSAR_DATASETS_DIR");
  });

  test("has a place wherever a data-set folder is set", async () => {
    put("aclImdb/train/neg/1_1.txt", "too few reviews");
    const list = await listAvailability(places());
    const of = (id: string) => list.find((entry) => entry.id === id);
    expect(of("text-file")).toEqual({ id: "text-file", available: true, detail: `a file of lines "label<TAB>text" in ${root}` });
    expect(of("image-folder")).toMatchObject({ available: true, detail: expect.stringContaining(root) });
    expect(of("imdb")).toMatchObject({ available: false });
    const none = await listAvailability({ folder: null, cache: join(root, "cache") });
    expect(none.find((entry) => entry.id === "text-file")).toMatchObject({ available: false });
    expect(none.map((entry) => entry.id).sort()).toEqual([...datasetIds].sort());
  });
});
