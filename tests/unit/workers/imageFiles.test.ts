import { describe, expect, test } from "vitest";
import { imagesFromCifar, imagesFromIdx } from "../../../workers/data/imageBytes.ts";
import { takePerClass } from "../../../workers/data/loadImages.ts";
import { formatIdx, parseIdx } from "../../../workers/data/parseIdx.ts";
import { readTar } from "../../../workers/data/readTar.ts";

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

  test("images and labels must be as many", () => {
    expect(imagesFromIdx(idx([2, 1, 2], [1, 2, 3, 4]), idx([2], [0, 1]), ["a", "b"])).toMatchObject({ count: 2, dimension: 2 });
    expect(() => imagesFromIdx(idx([2, 1, 2], [1, 2, 3, 4]), idx([1], [0]), ["a", "b"])).toThrow(
      "b has sizes 1 for the 2 images of a",
    );
  });
});

describe("CIFAR batches", () => {
  const record = (label: number, pixel: number) => Uint8Array.of(label, ...new Uint8Array(3072).fill(pixel));

  test("one label byte, then 3072 pixels; batches follow each other", () => {
    const images = imagesFromCifar([
      { name: "a", bytes: Buffer.concat([record(3, 7), record(9, 8)]) },
      { name: "b", bytes: record(0, 9) },
    ]);
    expect(images).toMatchObject({ count: 3, dimension: 3072 });
    expect([...images.labels]).toEqual([3, 9, 0]);
    expect([images.pixels[0], images.pixels[3072], images.pixels[6144]]).toEqual([7, 8, 9]);
  });

  test("refuses half a record and an unknown label", () => {
    expect(() => imagesFromCifar([{ name: "cut.bin", bytes: record(1, 1).subarray(0, 100) }])).toThrow("cut.bin has 100 bytes");
    expect(() => imagesFromCifar([{ name: "empty.bin", bytes: new Uint8Array(0) }])).toThrow("empty.bin has 0 bytes");
    expect(() => imagesFromCifar([{ name: "odd.bin", bytes: record(10, 1) }])).toThrow("odd.bin has the label 10");
  });
});

describe("tar", () => {
  const entry = (name: string, content: string, type = "0") => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(content.length.toString(8).padStart(11, "0"), 124);
    header.write(type, 156);
    return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
  };
  test("gives the regular files by name", () => {
    const archive = Buffer.concat([
      entry("folder/", "", "5"),
      entry("folder/a.bin", "hello"),
      entry("b", ""),
      Buffer.alloc(1024),
    ]);
    const files = readTar(archive, "x.tar");
    expect([...files.keys()]).toEqual(["folder/a.bin", "b"]);
    expect(Buffer.from(files.get("folder/a.bin")!).toString()).toBe("hello");
  });
  test("refuses an archive that is cut off", () => {
    expect(() => readTar(entry("a", "x".repeat(600)).subarray(0, 700), "x.tar")).toThrow("x.tar is cut off");
    expect(() => readTar(Buffer.from("no tar at all".repeat(60)), "x.tar")).toThrow("x.tar is cut off or no tar");
  });
});

describe("balanced subsets", () => {
  const images = {
    count: 6,
    dimension: 1,
    pixels: Uint8Array.of(10, 11, 12, 13, 14, 15),
    labels: Uint8Array.of(1, 0, 1, 1, 0, 0),
  };
  test("the first n of each class, in file order", () => {
    const taken = takePerClass(images, 2, 2, "it");
    expect([...taken.pixels]).toEqual([10, 11, 12, 14]);
    expect([...taken.labels]).toEqual([1, 0, 1, 0]);
  });
  test("more than there are is refused with both numbers", () => {
    expect(() => takePerClass(images, 2, 4, "The set")).toThrow("The set has 3 images of class 0; 4 were asked for.");
  });
});
