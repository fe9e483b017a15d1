import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { ownSet } from "../../../../../contract/data/ownSet.ts";
import { inspectApart } from "../../../../../workers/data/own/inspectApart.ts";
import { inspectOwnSet } from "../../../../../workers/data/own/inspectOwnSet.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "own-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Uint8Array) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), content);
}
const places = () => ({ folder: root, cache: join(root, "cache") });
const hashOf = async (config: object) => (await loadDataset(datasetConfig.parse(config), places())).resolved.hash;

/** An 8 × 8 PNG whose bytes no library decides: nothing in it is compressed. */
function png(...colour: [number, number, number]): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const rows = Buffer.from(Array.from({ length: 8 }, () => [0, ...Array.from({ length: 8 }, () => colour).flat()]).flat());
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0])),
    chunk("IDAT", deflateSync(rows, { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
function putPictures(test = "val") {
  for (const [part, dark] of [
    ["train", 0],
    [test, 60],
  ] as const) {
    put(`mine/${part}/dog/1.png`, png(dark, 0, 0));
    put(`mine/${part}/dog/2.png`, png(dark, 0, 255));
    put(`mine/${part}/cat/a.png`, png(dark, 255, 0));
  }
}
const table = ["no", "yes", "maybe"]
  .flatMap((label, k) => Array.from({ length: 4 + k }, (_, i) => `${label}\tText ${label}, número ${i}`))
  .join("\r\n");

describe("sets keep the hash they have always had", () => {
  test("Fashion-MNIST-mini", async () => {
    expect(await hashOf({ id: "fashion-mnist-mini" })).toBe("5a90f6a6330157805811cdde6565f4bc66bca6c681c46cbd75c61eee7a4e62b0");
  });
  test("a folder of pictures", async () => {
    putPictures();
    const hash = await hashOf({ id: "image-folder", folder: "mine", size: 8 });
    expect(hash).toBe("db1508314afabb816fb59db20f81c0d24099f704802c1b550b44912b0db0d6fc");
  });
  test("a table", async () => {
    put("mine.tsv", table);
    const hash = await hashOf({ id: "text-file", file: "mine.tsv" });
    expect(hash).toBe("45c87c61654d6354b14df5b641a0963b6010c09ab16ee0f2a7a61d11c4b193b2");
  });
});

describe("a set is looked at without being used", () => {
  test("a folder: classes, counts of both parts, and what is passed over", async () => {
    putPictures();
    put("mine/train/cat/old.bmp", "BM");
    const found = await inspectOwnSet("image-folder", "mine", places());
    expect(ownSet.parse(found)).toEqual({
      id: "image-folder",
      name: "mine",
      problem: null,
      warnings: [
        "1 file is skipped in train/ and val/ (pictures end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff or .avif): 1 .bmp.",
      ],
      classNames: ["cat", "dog"],
      trainCounts: [1, 2],
      testCounts: [1, 2],
    });
  });

  test("a table: classes and counts of the whole", async () => {
    put("mine.tsv", table);
    expect(ownSet.parse(await inspectOwnSet("text-file", "mine.tsv", places()))).toEqual({
      id: "text-file",
      name: "mine.tsv",
      problem: null,
      warnings: [],
      classNames: ["maybe", "no", "yes"],
      trainCounts: [6, 4, 5],
      testCounts: null,
    });
  });

  test("a table is bounded by what it unpacks to", async () => {
    writeFileSync(join(root, "large.tsv.gz"), gzipSync(Buffer.alloc(51_000_000, "a\tone\nb\ttwo\n")));
    expect(await inspectOwnSet("text-file", "large.tsv.gz", places())).toEqual({
      id: "text-file",
      name: "large.tsv.gz",
      problem: null,
      warnings: ["large.tsv.gz has more than 50000000 bytes once it is unpacked: its contents are read when it is used."],
      classNames: [],
      trainCounts: [],
      testCounts: null,
    });
  });

  test("a table that takes long is read in a thread, with the same outcome, faults included", async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i % 3}\tword ${i}`).join("\n");
    put("long.tsv", lines);
    put("packed.tsv.gz", gzipSync(table));
    put("broken.tsv", `${lines}\nno tab`);
    for (const name of ["long.tsv", "packed.tsv.gz", "broken.tsv"])
      expect(await inspectApart("text-file", name, places())).toEqual(await inspectOwnSet("text-file", name, places()));
    expect((await inspectApart("text-file", "long.tsv", places())).trainCounts).toEqual([20_000, 20_000, 20_000]);
    expect((await inspectApart("text-file", "broken.tsv", places())).problem).toContain("line 60001: expected");
  });

  test("what is wrong is its problem: a name no config can hold, a link to nothing, a class of one text", async () => {
    put("my set.tsv", table);
    put("one.tsv", "a\tx\nb\ty\nb\tz\n");
    symlinkSync("nowhere", join(root, "gone"));
    const problem = async (id: "image-folder" | "text-file", name: string) => (await inspectOwnSet(id, name, places())).problem;
    expect(await problem("text-file", "my set.tsv")).toMatch(/^Rename it: .* no spaces/);
    expect(await problem("image-folder", "gone")).toBe(
      `${join(root, "gone")} no longer exists: it vanished while the set was read, or is a link to nothing.`,
    );
    expect(await problem("text-file", "one.tsv")).toBe(
      'one.tsv has 1 text with the label "a"; a class needs 2, one of them for the test set.',
    );
  });
});
