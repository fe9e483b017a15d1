import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { imagesFromCifar, imagesFromIdx, takeImages } from "../../../../../workers/data/formats/imageBytes.ts";
import { formatIdx, parseIdx } from "../../../../../workers/data/formats/parseIdx.ts";
import { readTar } from "../../../../../workers/data/formats/readTar.ts";

const idx = (shape: number[], values: number[]) => formatIdx({ shape, values: Uint8Array.from(values) });

describe("IDX", () => {
  test("reads what it writes: big-endian sizes, row-major values", () => {
    const bytes = idx([2, 1, 3], [1, 2, 3, 4, 5, 6]);
    expect([...bytes.subarray(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3]);
    const { shape, values } = parseIdx(bytes, "x");
    expect(shape).toEqual([2, 1, 3]);
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each([
    ["an empty file", new Uint8Array(0), "0 bytes are too few"],
    ["other magic", Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0), "does not begin with two zero bytes"],
    ["another type", Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), "type is 13"],
    ["rank 0", Uint8Array.of(0, 0, 8, 0), "rank is 0"],
    ["a header cut off", Uint8Array.of(0, 0, 8, 3, 0, 0), "ends within its header"],
    ["values cut off", idx([2, 2], [1, 2, 3, 4]).subarray(0, 14), "ask for 4 values, it has 2"],
    ["values too many", Uint8Array.of(...idx([1], [1]), 9), "ask for 1 values, it has 2"],
  ])("refuses %s and names the file", (_, bytes, why) => {
    expect(() => parseIdx(bytes, "some-file.gz")).toThrow(new RegExp(`some-file\\.gz.*${why}`));
  });

  const two = { classes: 2 };
  const names = ["a", "b"] as const;

  test("images and labels must be as many", () => {
    const images = imagesFromIdx(idx([2, 1, 2], [1, 2, 3, 4]), idx([2], [0, 1]), names, two);
    expect(images).toMatchObject({ count: 2, channels: 1, height: 1, width: 2 });
    expect([...images.labels]).toEqual([0, 1]);
    expect(() => imagesFromIdx(idx([2, 1, 2], [1, 2, 3, 4]), idx([1], [0]), names, two)).toThrow(
      "b has sizes 1 for the 2 images of a",
    );
  });

  test("labels may begin at 1; others are refused with their byte", () => {
    const pictures = idx([3, 1, 1], [1, 2, 3]);
    const letters = imagesFromIdx(pictures, idx([3], [1, 2, 1]), names, { classes: 2, firstLabel: 1 });
    expect([...letters.labels]).toEqual([0, 1, 0]);
    expect(() => imagesFromIdx(pictures, idx([3], [1, 2, 0]), names, { classes: 2, firstLabel: 1 })).toThrow(
      "b has the label 0 at byte 10; expected 1 to 2",
    );
    expect(() => imagesFromIdx(pictures, idx([3], [0, 2, 1]), names, two)).toThrow(
      "b has the label 2 at byte 9; expected 0 to 1",
    );
  });

  test("pictures kept column by column are turned upright", () => {
    const columns = idx([1, 2, 3], [1, 2, 3, 4, 5, 6]); // columns (1 2), (3 4), (5 6)
    const { pixels } = imagesFromIdx(columns, idx([1], [0]), names, { classes: 1, transposed: true });
    expect([...pixels]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test("what is not a set of pictures, or has other sizes, is refused", () => {
    expect(() => imagesFromIdx(idx([4], [1, 2, 3, 4]), idx([4], [0, 0, 0, 0]), names, two)).toThrow("expected pictures × rows");
    expect(() => imagesFromIdx(idx([1, 2, 2], [1, 2, 3, 4]), idx([1], [0]), names, { classes: 1, side: 28 })).toThrow(
      "a has pictures of 2 × 2; expected 28 × 28",
    );
  });
});

describe("CIFAR batches", () => {
  const ten = { classes: 10, labelBytes: 1 } as const;
  const hundred = { classes: 100, labelBytes: 2 } as const;
  const record = (labels: number[], pixel: number) => Uint8Array.of(...labels, ...new Uint8Array(3072).fill(pixel));

  test("one label byte, then 3072 pixels; batches follow each other", () => {
    const batches = [
      { name: "a", bytes: Buffer.concat([record([3], 7), record([9], 8)]) },
      { name: "b", bytes: record([0], 9) },
    ];
    const images = imagesFromCifar(batches, ten);
    expect(images).toMatchObject({ count: 3, channels: 3, height: 32, width: 32 });
    expect([...images.labels]).toEqual([3, 9, 0]);
    expect([images.pixels[0], images.pixels[3072], images.pixels[6144]]).toEqual([7, 8, 9]);
  });

  test("CIFAR-100: a coarse label, then the fine one, which counts", () => {
    const images = imagesFromCifar([{ name: "a", bytes: Buffer.concat([record([19, 99], 7), record([4, 0], 8)]) }], hundred);
    expect([...images.labels]).toEqual([99, 0]);
    expect([images.pixels[0], images.pixels[3071], images.pixels[3072]]).toEqual([7, 7, 8]);
    expect(() => imagesFromCifar([{ name: "odd.bin", bytes: record([0, 100], 1) }], hundred)).toThrow(
      "odd.bin has the label 100 at byte 1; CIFAR-100 has 0 to 99",
    );
  });

  test("refuses half a record and an unknown label", () => {
    const read = (name: string, bytes: Uint8Array) => imagesFromCifar([{ name, bytes }], ten);
    expect(() => read("cut.bin", record([1], 1).subarray(0, 100))).toThrow("cut.bin has 100 bytes");
    expect(() => read("empty.bin", new Uint8Array(0))).toThrow("empty.bin has 0 bytes");
    expect(() => read("odd.bin", Buffer.concat([record([1], 1), record([10], 1)]))).toThrow(
      "odd.bin has the label 10 at byte 3073; CIFAR-10 has 0 to 9",
    );
  });
});

describe("tar", () => {
  const entry = (name: string, content: string | Uint8Array, type = "0") => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(content.length.toString(8).padStart(11, "0"), 124);
    header.write(type, 156);
    return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
  };
  const read = async (archive: Uint8Array, wanted?: (name: string) => boolean, limit = 1e7) => {
    const files = new Map<string, Uint8Array>();
    for await (const file of readTar(gzipSync(archive), "x.tar.gz", limit, wanted)) files.set(file.name, file.bytes);
    return files;
  };

  test("gives the regular files that are wanted, by name", async () => {
    const large = Uint8Array.from({ length: 700_001 }, (_, i) => i % 251); // more than one piece of the stream
    const archive = Buffer.concat([
      entry("folder/", "", "5"),
      entry("folder/a.bin", "hello"),
      entry("empty", ""),
      entry("large", large),
      entry("last", "x".repeat(512)),
      Buffer.alloc(1024),
    ]);
    const files = await read(archive);
    expect([...files.keys()]).toEqual(["folder/a.bin", "empty", "large", "last"]);
    expect(Buffer.from(files.get("folder/a.bin")!).toString()).toBe("hello");
    expect(Buffer.compare(files.get("large")!, large)).toBe(0);
    expect([...(await read(archive, (name) => name === "last")).keys()]).toEqual(["last"]);
  });

  test("refuses what is cut off, no archive, or too large", async () => {
    await expect(read(entry("a", "x".repeat(600)).subarray(0, 700))).rejects.toThrow("x.tar.gz is cut off at byte 700, within a");
    await expect(read(Buffer.from("no tar at all".repeat(60)))).rejects.toThrow(
      "cut off or not a tar archive: no entry at byte 0",
    );
    await expect(read(entry("a", "x".repeat(6000)), undefined, 2000)).rejects.toThrow("x.tar.gz");
    const cut = gzipSync(entry("a", "x")).subarray(0, 20);
    await expect(readTar(cut, "x.tar.gz", 1e6).next()).rejects.toThrow("x.tar.gz is not a valid gzip file");
  });
});

test("a choice of pictures keeps its order", () => {
  const labels = Uint16Array.of(1, 0, 1);
  const images = { count: 3, channels: 1, height: 1, width: 2, pixels: Uint8Array.of(10, 11, 12, 13, 14, 15), labels };
  const taken = takeImages(images, Uint32Array.of(0, 2));
  expect(taken.count).toBe(2);
  expect([...taken.pixels]).toEqual([10, 11, 14, 15]);
  expect([...taken.labels]).toEqual([1, 1]);
});
