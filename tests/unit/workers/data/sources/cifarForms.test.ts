import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imagesFromCifarPickles } from "../../../../../workers/data/formats/cifarPickle.ts";
import { imagesFromCifar } from "../../../../../workers/data/formats/imageBytes.ts";
import { readPickle } from "../../../../../workers/data/formats/readPickle.ts";
import { resolveSamples } from "../../../../../workers/data/resolve/resolveSamples.ts";
import { smallCifar } from "./smallCifar.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cifar-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Two pictures of class k each, whose bytes are of no published set. */
const pixelsOf = (labels: number[]) => Uint8Array.from({ length: 3072 * labels.length }, (_, i) => (i * 31 + (i >> 9)) % 256);

/** A batch as Python 2's cPickle wrote CIFAR-10's: protocol 2, keys and bytes as byte strings, an array by _reconstruct. */
function pickle2(labels: number[], pixels: Uint8Array, extra: { global?: string } = {}): Buffer {
  const parts: (string | number[] | Uint8Array)[] = [];
  let memo = 0;
  const put = () => `q${String.fromCharCode(memo++)}`;
  const u32 = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];
  const string = (text: string) => `U${String.fromCharCode(text.length)}${text}${put()}`;
  parts.push("\x80\x02}", put(), "(", string("batch_label"), string("training batch 1 of 5"), string("labels"), "]", put(), "(");
  for (const label of labels) parts.push(`K${String.fromCharCode(label)}`);
  parts.push("e", string("data"), `c${extra.global ?? "numpy.core.multiarray\n_reconstruct"}\n`, put());
  parts.push("cnumpy\nndarray\n", put(), "K\0\x85", put(), string("b"), "\x87", put(), "R", put());
  parts.push(
    "(K\x01J",
    u32(labels.length),
    "M",
    [0, 12],
    "\x86",
    put(),
    "cnumpy\ndtype\n",
    put(),
    string("u1"),
    "K\0K\x01\x87",
    put(),
    "R",
    put(),
  );
  parts.push(
    "(K\x03",
    string("|"),
    "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0t",
    put(),
    "b\x89T",
    u32(pixels.length),
    pixels,
    put(),
    "t",
    put(),
    "bu.",
  );
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
}
const binary = (labels: number[], pixels: Uint8Array) =>
  Buffer.concat(labels.map((label, i) => Buffer.concat([Buffer.from([label]), pixels.subarray(3072 * i, 3072 * (i + 1))])));

describe("a pickled batch", () => {
  const labels = [3, 0, 9];
  const pixels = pixelsOf(labels);

  test("holds what the binary one holds", () => {
    const read = imagesFromCifarPickles([{ name: "data_batch_1", bytes: pickle2(labels, pixels) }], 10);
    expect(read).toEqual(imagesFromCifar([{ name: "x", bytes: binary(labels, pixels) }], { classes: 10, labelBytes: 1 }));
    expect([...read.labels]).toEqual([3, 0, 9]);
    expect(Buffer.from(read.pixels).equals(Buffer.from(pixels))).toBe(true);
  });

  test("runs nothing: a call of anything else is refused by its name", () => {
    const evil = Buffer.from("cos\nsystem\n(S'touch /tmp/x'\ntR.", "latin1");
    expect(() => readPickle(Buffer.concat([Buffer.from([0x80, 2]), evil]), "evil")).toThrow(
      'evil, byte 2: not a pickle that can be read: it names "os.system", which is not called or read.',
    );
    const hidden = pickle2(labels, pixels, { global: "builtins\neval" });
    expect(() => readPickle(hidden, "evil")).toThrow('it names "builtins.eval"');
  });

  test.each([
    ["a text", Buffer.from("hello"), "byte 0: not a pickle that can be read: it does not begin with the byte 0x80"],
    ["nothing", Buffer.alloc(0), "does not begin"],
    ["protocol 0", Buffer.from("(dp0\n."), "does not begin"],
    ["a batch cut off", pickle2(labels, pixels).subarray(0, 4000), "it is cut off (4000 bytes)"],
    ["an endless list of marks", Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(100, "e")]), "a mark is missing"],
  ])("%s is refused with its byte", (_, bytes, why) => {
    expect(() => readPickle(bytes, "batch")).toThrow(why);
  });

  const latin = (text: string) => Buffer.from(text, "latin1");
  /** A dictionary of one picture and a list of one label, whatever that is. */
  const labelled = (label: string) => {
    const whole = pickle2([7], pixelsOf([7])).toString("latin1");
    const at = whole.indexOf("K\x07e");
    return latin(whole.slice(0, at) + label + whole.slice(at + 2));
  };
  test.each<[string, string]>([
    ["lists in lists", "]".repeat(100_000) + "a".repeat(99_999)],
    ["a list that holds itself", "]q\xffh\xffa"],
    ["a long text", `T\x40\x42\x0f\0${"x".repeat(1_000_000)}`],
  ])("a label of %s is refused in few words", (_, label) => {
    const read = () => imagesFromCifarPickles([{ name: "data_batch_1", bytes: labelled(label) }], 10);
    expect(read).toThrow("data_batch_1 has the label that is not a number at picture 0; CIFAR-10 has 0 to 9.");
  });

  test.each([
    ["dictionaries", "}".repeat(10_001), "it has more than 10000 dictionaries"],
    ["lists", "]".repeat(4_000_000), "it has more than 4000000 objects"],
  ])("%s without end are not built up in memory", (_, codes, why) => {
    expect(() => readPickle(latin(`\x80\x02${codes}.`), "data_batch_1")).toThrow(why);
  });

  test("other contents are refused with what is there", () => {
    const read = (bytes: Uint8Array, classes = 10) => imagesFromCifarPickles([{ name: "b", bytes }], classes);
    expect(() => read(pickle2(labels, pixels), 100)).toThrow('b has no list "fine_labels": it has batch_label, labels, data.');
    expect(() => read(pickle2([3, 10, 1], pixels))).toThrow("b has the label 10 at picture 1; CIFAR-10 has 0 to 9.");
    expect(() => read(pickle2([3, 1], pixels))).toThrow('b has no "data" of bytes [n, 3072]');
  });
});

const ten = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];
const put = (folder: string, files: Record<string, Uint8Array>) => {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, folder, name), bytes);
};
const pickles = {
  data_batch_1: pickle2(ten, pixelsOf(ten)),
  data_batch_2: pickle2(ten, pixelsOf(ten)),
  test_batch: pickle2(ten, pixelsOf(ten)),
};
const places = () => ({ folder: root, cache: join(root, "cache") });

describe("CIFAR unpacked by its owner", () => {
  test.each(["cifar-10-batches-py", "cifar10", "cifar10/cifar-10-batches-py", "CIFAR-10/cifar-10-batches-py"])(
    "is found in %s",
    async (folder) => {
      put(folder, pickles);
      const found = await resolveSamples(smallCifar(), places());
      expect(found.source).toBe(
        `folder ${join(root, folder)} (not verified: its files are not the published ones byte for byte)`,
      );
      expect([...found.test.labels]).toEqual(ten);
      expect(found.train.count).toBe(20);
    },
  );

  test("is verified where its files have the published hashes", async () => {
    put("cifar-10-batches-py", pickles);
    const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
    const [one, two, three] = Object.values(pickles).map(md5);
    const python = {
      archive: "p.tar.gz",
      sha256: "0",
      folder: "",
      train: { data_batch_1: one, data_batch_2: two },
      test: { test_batch: three },
    };
    expect((await resolveSamples(smallCifar({ python }), places())).source).toBe(`folder ${join(root, "cifar-10-batches-py")}`);
  });

  test("the binary form has no hashes: read as not verified", async () => {
    const bytes = binary(ten, pixelsOf(ten));
    put("cifar10", { "data_batch_1.bin": bytes, "data_batch_2.bin": bytes, "test_batch.bin": bytes });
    const found = await resolveSamples(smallCifar(), places());
    expect(found.source).toBe(`folder ${join(root, "cifar10")} (not verified: no certain published hash)`);
    expect([...found.train.labels]).toEqual([...ten, ...ten]);
  });

  test("a set of another size is not CIFAR-10", async () => {
    put("cifar10", { ...pickles, test_batch: pickle2(ten.slice(0, 9), pixelsOf(ten.slice(0, 9))) });
    await expect(resolveSamples(smallCifar(), places())).rejects.toThrow(
      "The test set has 0 pictures of class horse; CIFAR-10 has 1. As a set of your own, put the pictures into folders",
    );
  });

  test("files of the data-set folder itself are taken only with the published hashes", async () => {
    put("", pickles);
    await expect(resolveSamples(smallCifar(), places())).rejects.toThrow("data_batch_1 there is not the published one");
  });
});
