import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { inspectOwnSet } from "../../../../../workers/data/own/inspectOwnSet.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "faults-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const plain = (red: number, green: number, blue: number, side = 8) =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: red, g: green, b: blue } } });
async function put(path: string, picture: Sharp | string | Uint8Array) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  const bytes = typeof picture === "string" || picture instanceof Uint8Array ? picture : await picture.png().toBuffer();
  writeFileSync(join(root, path), bytes);
}
async function putSet({ train = "train", test = "val" } = {}) {
  for (const [part, dark] of [
    [train, 0],
    [test, 60],
  ] as const)
    for (const [at, name] of ["cat", "dog"].entries())
      for (const n of [1, 2]) await put(`mine/${part}/${name}/${n}.png`, plain(dark, 100 * at, 40 * n));
}
const load = (more: object = {}) =>
  loadDataset(datasetConfig.parse({ id: "image-folder", folder: "mine", size: 8, ...more }), {
    folder: root,
    cache: join(root, "cache"),
  });
const inspect = () => inspectOwnSet("image-folder", "mine", { folder: root, cache: join(root, "cache") });
const cat = (name: string) => join(root, "mine/train/cat", name);
const corrupt = (message: string) => ({ code: "DATASET_CORRUPT", message });

describe("one bad file is named with the reason", () => {
  beforeEach(() => putSet());

  test.each<[string, () => unknown, string]>([
    ["a link to nothing", () => symlinkSync("gone.png", cat("x.png")), 'train/cat/x.png is a link to nothing ("gone.png").'],
    [
      "a git-annex link",
      () => symlinkSync("../../../../../.git/annex/objects/W1/SHA256E-s9--0.png", cat("x.png")),
      'train/cat/x.png is a git-annex link whose content is not on this machine: run "git annex get" there.',
    ],
    [
      "a Git LFS pointer",
      () => writeFileSync(cat("x.png"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
      'train/cat/x.png is a Git LFS pointer, not the file itself: run "git lfs pull" there.',
    ],
    ["a loop of links", () => symlinkSync("x.png", cat("x.png")), "train/cat/x.png is a circular link."],
    ["a FIFO", () => execFileSync("mkfifo", [cat("x.png")]), "train/cat/x.png is a FIFO (named pipe); a file was expected."],
    [
      "a link to a FIFO",
      () => {
        execFileSync("mkfifo", [join(root, "pipe")]);
        symlinkSync(join(root, "pipe"), cat("x.png"));
      },
      "train/cat/x.png is a link to a FIFO (named pipe); a file was expected.",
    ],
    ["a folder named like a picture", () => mkdirSync(cat("x.png")), "train/cat/x.png is a folder named like a picture."],
    ["an empty file", () => writeFileSync(cat("x.png"), ""), "train/cat/x.png is empty (0 bytes)."],
    [
      "a name of bytes that are not UTF-8",
      () => writeFileSync(Buffer.concat([Buffer.from(cat("caf")), Buffer.from([0xe9]), Buffer.from(".png")]), "x"),
      "train/cat/caf\\xe9.png has bytes in its name that are not UTF-8: rename it.",
    ],
    [
      "a BMP picture named .png",
      () => writeFileSync(cat("x.png"), "BM and so on"),
      "train/cat/x.png is not a picture in a supported format (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff or .avif): it is a BMP picture.",
    ],
  ])("%s", async (_, spoil, message) => {
    spoil();
    await expect(load()).rejects.toMatchObject(corrupt(message));
  });

  test("a picture cut off", async () => {
    const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 251);
    const noisy = sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } });
    const whole = await noisy.png().toBuffer();
    await put("mine/train/cat/x.png", whole.subarray(0, whole.length >> 1));
    await expect(load()).rejects.toThrow(/^train\/cat\/x.png cannot be decoded: /);
  });

  test("a file that the worker's user may not read", async () => {
    chmodSync(cat("1.png"), 0);
    chmodSync(root, 0o755);
    const script = `
      const { loadDataset } = await import(${JSON.stringify(resolve("workers/data/resolve/loadDataset.ts"))});
      const config = { id: "image-folder", folder: "mine", size: 8, trainPerClass: null, testPerClass: null };
      await loadDataset(config, { folder: ${JSON.stringify(root)}, cache: "/nowhere" }).catch((error) => console.log(error.code, error.message));`;
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { ...user, encoding: "utf8" });
    expect(stdout).toBe(
      "DATASET_CORRUPT train/cat/1.png may not be read by the worker's user: change its permissions (chmod a+r, and a+x on its folders).\n",
    );
  });

  test("a file that vanishes between listing and reading", async () => {
    const config = datasetConfig.parse({ id: "image-folder", folder: "mine", size: 8 });
    const say = (_: string, text: string) => {
      if (text.startsWith("Decoding")) unlinkSync(cat("2.png"));
    };
    await expect(loadDataset(config, { folder: root, cache: root }, say)).rejects.toMatchObject(
      corrupt("train/cat/2.png no longer exists: it vanished while the set was read, or is a link to nothing."),
    );
  });

  test("a class folder that is a link to nothing", async () => {
    symlinkSync("gone", join(root, "mine/train/bird"));
    await expect(load()).rejects.toMatchObject(corrupt('train/bird is a link to nothing ("gone").'));
  });

  test("the set's folder is a file", async () => {
    rmSync(join(root, "mine"), { recursive: true });
    writeFileSync(join(root, "mine"), "x");
    await expect(load()).rejects.toMatchObject(corrupt(`${join(root, "mine")} is inside something that is not a folder.`));
  });
});

test("all bad files of a folder are reported at once: the first twenty by name, and how many there are", async () => {
  await putSet();
  for (let n = 10; n < 30; n++) await put(`mine/train/cat/${n}.png`, "no picture");
  for (let n = 30; n < 35; n++) symlinkSync("gone", cat(`${n}.png`));
  const { message } = await load().catch((error) => error);
  expect(message).toMatch(/^mine has 25 pictures that cannot be read: train\/cat\/30.png is a link to nothing/);
  expect(message).toMatch(/train\/cat\/24\.png [^/]* … and 5 more$/);
  expect(message).not.toContain("train/cat/25.png");
  expect((await inspect()).problem).toMatch(/^mine has 5 pictures that cannot be read: train\/cat\/30.png/);
});

describe("what is passed over, converted or looks like a mistake is counted as a warning", () => {
  const warnings = async () => (await load()).resolved.warnings;

  test("nothing to say: no warnings", async () => {
    await putSet();
    await put("mine/train/cat/.DS_Store", "x");
    await put("mine/train/cat/._1.png", "x");
    await put("mine/train/Thumbs.db", "x");
    const set = await load();
    expect(set.resolved.warnings).toBeUndefined();
    expect(set.preparation).toContain("Hidden files skipped: 3.");
    expect(set.resolved.classNames).toEqual(["cat", "dog"]);
  });

  test("files of other endings, folders below a class, other folders beside the parts", async () => {
    await putSet();
    for (const name of ["a.bmp", "b.BMP", "c.heic", "README"]) await put(`mine/train/cat/${name}`, "x");
    await put("mine/val/dog/more/1.png", plain(1, 1, 1));
    await put("mine/train/loose.png", plain(1, 1, 1));
    await put("mine/extra/1.png", plain(1, 1, 1));
    const found = await warnings();
    expect(found).toEqual([
      "5 files are skipped in train/ and val/ (pictures end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff or .avif): 2 .bmp, 1 .heic, 1 .png outside of the classes' folders, 1 without an ending.",
      "1 folder is skipped, because pictures are read only from the folders of the classes: val/dog/more.",
      "Only train/ and val/ are read; extra/ beside them are ignored.",
    ]);
    expect((await inspect()).warnings).toEqual(found);
  });

  test("every format that is decoded gives the same picture; frames, transparency, CMYK, 16 bits and enlarging are reported", async () => {
    await putSet();
    const picture = plain(200, 100, 0, 4);
    await put("mine/train/cat/a.webp", await picture.clone().webp({ lossless: true }).toBuffer());
    await put("mine/train/cat/b.gif", await picture.clone().gif().toBuffer());
    await put("mine/train/cat/c.tif", await picture.clone().tiff({ compression: "none" }).toBuffer());
    await put("mine/train/cat/d.TIFF", await picture.clone().tiff({ compression: "lzw" }).toBuffer());
    await put("mine/train/cat/e.avif", await picture.clone().avif({ lossless: true, chromaSubsampling: "4:4:4" }).toBuffer());
    await put("mine/train/cat/f.jfif", await picture.clone().toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer());
    await put("mine/train/cat/g.png", await picture.clone().toColourspace("rgb16").png().toBuffer());
    await put("mine/train/cat/h.png", await picture.clone().ensureAlpha(1).png().toBuffer());
    await put("mine/train/cat/j.png", await picture.clone().ensureAlpha(0.5).png().toBuffer());
    const two = await sharp([await picture.clone().png().toBuffer(), await plain(1, 2, 3, 4).png().toBuffer()], {
      join: { animated: true },
    })
      .gif()
      .toBuffer();
    await put("mine/train/cat/i.gif", two);
    const set = await load();
    const { mean, deviation } = set.pixel!;
    const pixel = (sample: number) =>
      [0, 1, 2].map((channel) => Math.round(255 * (set.train.inputs[sample * 192 + channel * 64 + 27] * deviation + mean)));
    // Sorted by name: 1.png, 2.png, a, b, …
    for (const sample of [2, 3, 4, 5, 6, 8, 9, 10])
      for (const [channel, value] of pixel(sample).entries())
        expect(Math.abs(value - [200, 100, 0][channel])).toBeLessThanOrEqual(3);
    expect(set.resolved.warnings).toEqual([
      "1 of 18 pictures have transparent parts: they became black.",
      "1 of 18 pictures have several frames or pages: the first one was read.",
      "1 of 18 pictures are CMYK: converted to sRGB.",
      "1 of 18 pictures have 16 bits per channel: reduced to 8.",
      "10 of 18 pictures are smaller than 8 pixels: enlarged.",
    ]);
  });

  test("pictures of the test set that are trained on", async () => {
    await putSet();
    await put("mine/val/dog/3.png", plain(0, 100, 40));
    expect(await warnings()).toEqual(["1 of the 5 test pictures are in the training set too, byte for byte."]);
  });

  test("class names that are one written twice", async () => {
    await putSet();
    for (const part of ["train", "val"])
      for (const name of ["Cat", "café", "cafe\u0301", "01", "1"])
        await put(`mine/${part}/${name}/1.png`, plain(part === "val" ? 9 : 8, name.length, name.charCodeAt(0)));
    expect(await warnings()).toEqual([
      'train/ has classes whose names differ only in case, quotes, spaces, Unicode form or zeros, and are read as different classes: "01" and "1"; "Cat" and "cat"; "cafe<U+0301>" and "café<U+00E9>".',
    ]);
  });
});

describe("the forms in which folders come", () => {
  test.each([
    ["train", "valid"],
    ["train", "validation"],
    ["train", "dev"],
    ["training", "testing"],
    ["Train", "Test"],
  ])("%s/ and %s/", async (train, tested) => {
    await putSet({ train, test: tested });
    const { resolved, preparation } = await load();
    expect([resolved.trainCounts, resolved.testCounts]).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(preparation).toContain(`The test set is ${tested}/.`);
  });

  test("a set unpacked into a folder of its own", async () => {
    await putSet();
    mkdirSync(join(root, "outer"));
    execFileSync("mv", [join(root, "mine"), join(root, "outer/tiny")]);
    execFileSync("mv", [join(root, "outer"), join(root, "mine")]);
    expect((await load()).resolved.warnings).toEqual(["The set is read from the folder tiny/ in it."]);
  });

  test("classes in another Unicode form in the test set are the same classes", async () => {
    await putSet();
    await put("mine/train/café/1.png", plain(1, 1, 1));
    await put("mine/val/cafe\u0301/1.png", plain(2, 2, 2));
    expect((await load()).resolved.testCounts).toEqual([1, 2, 2]);
  });

  test("names with blanks and emoji", async () => {
    await putSet();
    for (const part of ["train", "val"]) await put(`mine/${part}/big 🐶 dog/a b.png`, plain(part.length, 1, 1));
    expect((await load()).resolved.classNames).toEqual(["big 🐶 dog", "cat", "dog"]);
  });

  test("classes without a split are named as such", async () => {
    for (const name of ["cat", "dog"]) await put(`mine/${name}/1.png`, plain(1, 2, 3));
    await put("mine/README.md", "x");
    await expect(load()).rejects.toMatchObject(
      corrupt(
        `${join(root, "mine")} has no train/: it has README.md, cat/, dog/; expected train/<class>/ and val/<class>/ (or test/<class>/) with pictures. The folders in it look like classes without a split: move them into train/, and a share of each class's pictures into val/.`,
      ),
    );
  });

  test("an empty folder, a class without pictures, and what is there instead", async () => {
    mkdirSync(join(root, "mine"));
    await expect(load()).rejects.toThrow("has no train/: it is empty; expected train/<class>/");
    await putSet();
    await put("mine/train/bird/a.bmp", "BM");
    await put("mine/val/bird/a.png", plain(1, 2, 3));
    await expect(load()).rejects.toThrow(/bird has no pictures \(.*\): it has a.bmp; expected those of the class bird/);
  });

  test("too few pictures are reported with the class's name", async () => {
    await putSet();
    await expect(load({ trainPerClass: 3 })).rejects.toThrow("mine/train has 2 samples of class cat; 3 were requested");
    expect(readdirSync(join(root, "mine/train"))).toEqual(["cat", "dog"]);
  });
});
