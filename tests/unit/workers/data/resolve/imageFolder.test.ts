import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { decodePicture } from "../../../../../workers/data/formats/decodePicture.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";

type Rgb = [number, number, number];

/** A picture whose pixel at (x, y) is `colour(x, y)`. */
const paint = (width: number, height: number, colour: (x: number, y: number) => Rgb) =>
  sharp(
    Uint8Array.from(
      { length: width * height * 3 },
      (_, i) => colour(Math.floor(i / 3) % width, Math.floor(i / 3 / width))[i % 3],
    ),
    {
      raw: { width, height, channels: 3 },
    },
  );
const plain = (red: number, green: number, blue: number, side = 16) => paint(side, side, () => [red, green, blue]);

const decode = async (bytes: Uint8Array, size = 8) => {
  const target = new Uint8Array(3 * size * size);
  await decodePicture(bytes, size, "some/picture.png", target);
  return { at: (channel: number, x: number, y: number) => target[channel * size * size + y * size + x], target };
};

describe("a picture", () => {
  test("is channels first, its middle, its shorter side resized", async () => {
    const wide = paint(32, 8, (x) => (x < 12 ? [255, 0, 0] : x < 20 ? [0, 200, 100] : [0, 0, 255]));
    const { target } = await decode(await wide.png().toBuffer());
    expect([...target.subarray(0, 64)]).toEqual(new Array(64).fill(0));
    expect([...target.subarray(64, 128)]).toEqual(new Array(64).fill(200));
    expect([...target.subarray(128)]).toEqual(new Array(64).fill(100));
  });

  test("keeps rows and columns", async () => {
    const { at } = await decode(
      await paint(8, 8, (x, y) => [10 * x, 20 * y, 7])
        .png()
        .toBuffer(),
    );
    for (let x = 0; x < 8; x++)
      for (let y = 0; y < 8; y++) expect([at(0, x, y), at(1, x, y), at(2, x, y)]).toEqual([10 * x, 20 * y, 7]);
  });

  test("grey, 16-bit grey, a palette, transparency and CMYK all become RGB bytes", async () => {
    const same = async (bytes: Uint8Array, [red, green, blue]: Rgb, within = 0) => {
      const { at } = await decode(bytes);
      [red, green, blue].forEach((value, channel) => {
        expect(Math.abs(at(channel, 3, 5) - value)).toBeLessThanOrEqual(within);
      });
    };
    const grey = plain(90, 90, 90);
    await same(await grey.clone().toColourspace("b-w").png().toBuffer(), [90, 90, 90]);
    await same(await grey.clone().toColourspace("b-w").jpeg({ quality: 100 }).toBuffer(), [90, 90, 90], 1);
    await same(await grey.clone().toColourspace("grey16").png().toBuffer(), [90, 90, 90], 1);
    await same(await plain(1, 200, 3).png({ palette: true }).toBuffer(), [1, 200, 3]);
    await same(await plain(200, 100, 0).ensureAlpha(0.5).png().toBuffer(), [100, 50, 0], 1);
    await same(await grey.clone().toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer(), [90, 90, 90], 16);
  });

  test("is turned upright by what its camera wrote", async () => {
    const top = paint(16, 16, (_, y) => (y < 8 ? [255, 255, 255] : [0, 0, 0]));
    const turned = await top.withMetadata({ orientation: 3 }).jpeg({ quality: 100 }).toBuffer();
    const { at } = await decode(turned);
    expect([at(0, 4, 1) < 40, at(0, 4, 6) > 215]).toEqual([true, true]);
  });

  test("what is not a picture, damaged, or a bomb is refused by name", async () => {
    const whole = await plain(1, 2, 3, 64).png({ compressionLevel: 0 }).toBuffer();
    await expect(decode(whole.subarray(0, 600))).rejects.toThrow("some/picture.png cannot be decoded");
    const jpeg = await paint(64, 64, (x, y) => [(x * 37) % 256, (y * 91) % 256, (x * y) % 256])
      .jpeg({ quality: 95 })
      .toBuffer();
    await expect(decode(jpeg.subarray(0, jpeg.length >> 1))).rejects.toThrow("some/picture.png cannot be decoded");
    await expect(decode(new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>"))).rejects.toThrow(
      "some/picture.png is not a picture in a supported format",
    );
    await expect(decode(new Uint8Array(0))).rejects.toThrow("is not a picture in a supported format");
    const header = Buffer.from(await plain(1, 2, 3, 8).png().toBuffer());
    header.writeUInt32BE(60_000, 16);
    header.writeUInt32BE(60_000, 20);
    header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
    await expect(decode(header)).rejects.toThrow(/has more than 100000000 pixels, the limit/);
  });
});

/** The check sum of a PNG chunk (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

describe("a folder of pictures", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "pictures-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  async function put(path: string, picture: Sharp | string | Uint8Array) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    const bytes = typeof picture === "string" || picture instanceof Uint8Array ? picture : await picture.png().toBuffer();
    writeFileSync(join(root, path), bytes);
  }
  async function putSet(split: string) {
    for (const [set, dark] of [
      ["train", 0],
      [split, 60],
    ] as const) {
      await put(`mine/${set}/dog/1.png`, plain(dark, 0, 0));
      await put(`mine/${set}/dog/2.JPEG`, plain(dark, 0, 255));
      await put(`mine/${set}/cat/a.png`, plain(dark, 255, 0));
      await put(`mine/${set}/cat/notes.txt`, "no picture");
    }
  }
  const load = (more: object = {}) =>
    loadDataset(datasetConfig.parse({ id: "image-folder", folder: "mine", size: 8, ...more }), {
      folder: root,
      cache: join(root, "cache"),
    });

  test.each(["val", "test"])("train/ and %s/: classes by name, pictures by name, standardized and hashed", async (split) => {
    await putSet(split);
    const set = await load();
    expect(set.resolved).toMatchObject({
      id: "image-folder",
      source: `folder ${join(root, "mine")}`,
      classes: 2,
      inputDimension: 192,
      input: { kind: "image", channels: 3, height: 8, width: 8 },
      trainCounts: [1, 2],
      testCounts: [1, 2],
    });
    expect([...set.train.labels]).toEqual([0, 1, 1]);
    const { mean, deviation } = set.pixel!;
    const byte = (set_: { inputs: Float32Array }, sample: number, channel: number) =>
      Math.round(255 * (set_.inputs[sample * 192 + channel * 64 + 20] * deviation + mean));
    expect([0, 1, 2].map((sample) => [0, 1, 2].map((channel) => byte(set.train, sample, channel)))).toEqual([
      [0, 255, 0],
      [0, 0, 0],
      [0, 0, 255],
    ]);
    expect(byte(set.test, 0, 0)).toBe(60);
    expect(set.preparation).toContain(`0 = cat, 1 = dog. The test set is ${split}/.`);
    expect((await load()).resolved.hash).toBe(set.resolved.hash);
    await put(`mine/${split}/cat/a.png`, plain(61, 255, 0));
    expect((await load()).resolved.hash).not.toBe(set.resolved.hash);
  });

  test("only the pictures used are read; sampling is as for other sets", async () => {
    await putSet("val");
    await put("mine/train/dog/3.png", "damaged, but third");
    const set = await load({ trainPerClass: 1, testPerClass: 1 });
    expect(set.resolved.trainCounts).toEqual([1, 1]);
    await expect(load()).rejects.toThrow(join("train", "dog", "3.png"));
    await expect(load({ trainPerClass: 2 })).rejects.toThrow("mine/train has 1 samples of class cat; 2 were requested");
  });

  test("the layout of Tiny ImageNet: images/ below each class, and classes of val/ in a list", async () => {
    for (const name of ["n1", "n2"]) {
      await put(`mine/train/${name}/images/${name}_0.JPEG`, plain(name === "n1" ? 255 : 0, 0, 0));
      await put(`mine/train/${name}/${name}_boxes.txt`, "0 0 1 1");
    }
    await put("mine/val/images/val_0.JPEG", plain(0, 0, 0));
    await put("mine/val/images/val_1.JPEG", plain(255, 0, 0));
    await put("mine/val/val_annotations.txt", "val_0.JPEG\tn2\t0\t0\t1\t1\nval_1.JPEG\tn1\t0\t0\t1\t1\n");
    const set = await load();
    expect([...set.test.labels]).toEqual([1, 0]);
    expect(set.test.inputs[0]).toBeLessThan(set.test.inputs[192]);
    await put("mine/val/val_annotations.txt", "val_0.JPEG\tn2\nval_1.JPEG\tn3\n");
    await expect(load()).rejects.toThrow(/val_annotations.txt, line 2: expected "picture<TAB>class"/);
  });

  test("a class without pictures, a class only in val/, no val/, a single class, no folder: refused by their names", async () => {
    await putSet("val");
    mkdirSync(join(root, "mine/train/empty"));
    await expect(load()).rejects.toThrow(/train\/empty has no pictures/);
    rmSync(join(root, "mine/train/empty"), { recursive: true });
    await put("mine/val/bird/1.png", plain(1, 1, 1));
    await expect(load()).rejects.toThrow(/val has the class bird, which .*train does not have/);
    rmSync(join(root, "mine/val/bird"), { recursive: true });
    rmSync(join(root, "mine/val/cat"), { recursive: true });
    await expect(load()).rejects.toThrow(/val\/cat is missing/);
    rmSync(join(root, "mine/val"), { recursive: true });
    await expect(load()).rejects.toThrow("has no val/ or test/");
    mkdirSync(join(root, "mine/val"));
    rmSync(join(root, "mine/train/dog"), { recursive: true });
    await expect(load()).rejects.toThrow("train has 1 folder (cat); expected one per class, 2 to 1000");
    await expect(load({ folder: "other" })).rejects.toMatchObject({ code: "DATASET_UNAVAILABLE" });
  });

  test("links out of the data-set folder are refused, links within it are followed", async () => {
    await putSet("val");
    await put("elsewhere/1.png", plain(9, 9, 9));
    symlinkSync(join(root, "mine/train/cat/a.png"), join(root, "mine/train/cat/b.png"));
    expect((await load()).resolved.trainCounts).toEqual([2, 2]);
    const inMine = (config: object) =>
      loadDataset(datasetConfig.parse({ id: "image-folder", folder: "set", size: 8, ...config }), {
        folder: join(root, "sets"),
        cache: root,
      });
    mkdirSync(join(root, "sets"));
    symlinkSync(join(root, "mine"), join(root, "sets/set"));
    await expect(inMine({})).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    rmSync(join(root, "sets/set"));
    mkdirSync(join(root, "sets/set/train/cat"), { recursive: true });
    mkdirSync(join(root, "sets/set/train/dog"));
    mkdirSync(join(root, "sets/set/val"));
    symlinkSync(join(root, "elsewhere/1.png"), join(root, "sets/set/train/cat/1.png"));
    await expect(inMine({})).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    rmSync(join(root, "sets/set/train/cat/1.png"));
    symlinkSync(join(root, "elsewhere"), join(root, "sets/set/train/linked"));
    await expect(inMine({})).rejects.toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("more pictures than fit into memory are refused before any is decoded", async () => {
    await putSet("val");
    for (let i = 0; i < 5200; i++) writeFileSync(join(root, `mine/train/cat/${i}.png`), "");
    await expect(load({ size: 256 })).rejects.toThrow(/5206 pictures of 3 × 256 × 256 are \d+ bytes; at most 1000000000 fit/);
  });
});
