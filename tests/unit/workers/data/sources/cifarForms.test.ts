import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cifar10Names } from "../../../../../contract/data/classNamesOfSets.ts";
import { imagesFromCifarPickles } from "../../../../../workers/data/formats/cifarPickle.ts";
import { type ImageBytes, imagesFromCifar } from "../../../../../workers/data/formats/imageBytes.ts";
import { readPickle } from "../../../../../workers/data/formats/readPickle.ts";
import { resolveSamples } from "../../../../../workers/data/resolve/resolveSamples.ts";
import { type CifarForms, cifarLayouts } from "../../../../../workers/data/sources/cifarLayouts.ts";
import type { ImageSource } from "../../../../../workers/data/sources/datasetSource.ts";
import { imageSource } from "../../../../../workers/data/sources/imageSources.ts";
import { sha256 } from "../../../../../workers/data/sources/readVerified.ts";

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

/** CIFAR-10's layouts for a set of 2 training pictures (one batch file of each) and 1 test picture a class. */
function source(forms: Partial<CifarForms> = {}): ImageSource {
  const names = [1, 2].map((n) => `data_batch_${n}`);
  return {
    ...imageSource("cifar10"),
    layouts: cifarLayouts({
      classes: 10,
      classNames: cifar10Names,
      perClass: { train: 2, test: 1 },
      binary: {
        archive: "b.tar.gz",
        sha256: "0",
        bytes: 1,
        folder: "b",
        train: names.map((n) => `${n}.bin`),
        test: "test_batch.bin",
      },
      python: {
        archive: "p.tar.gz",
        sha256: "0",
        folder: "cifar-10-batches-py",
        train: { data_batch_1: "0", data_batch_2: "0" },
        test: { test_batch: "0" },
      },
      ...forms,
    }).map((layout) => ({ ...layout, mirrors: [] })),
  };
}
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
      const found = await resolveSamples(source(), places());
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
    expect((await resolveSamples(source({ python }), places())).source).toBe(`folder ${join(root, "cifar-10-batches-py")}`);
  });

  test("the binary form has no hashes: read as not verified", async () => {
    const bytes = binary(ten, pixelsOf(ten));
    put("cifar10", { "data_batch_1.bin": bytes, "data_batch_2.bin": bytes, "test_batch.bin": bytes });
    const found = await resolveSamples(source(), places());
    expect(found.source).toBe(`folder ${join(root, "cifar10")} (not verified: no certain published hash)`);
    expect([...found.train.labels]).toEqual([...ten, ...ten]);
  });

  test("a set of another size is not CIFAR-10", async () => {
    put("cifar10", { ...pickles, test_batch: pickle2(ten.slice(0, 9), pixelsOf(ten.slice(0, 9))) });
    await expect(resolveSamples(source(), places())).rejects.toThrow(
      "The test set has 0 pictures of class horse; CIFAR-10 has 1. As a set of your own, put the pictures into folders",
    );
  });

  test("files of the data-set folder itself are taken only with the published hashes", async () => {
    put("", pickles);
    await expect(resolveSamples(source(), places())).rejects.toThrow("data_batch_1 there is not the published one");
  });
});

const shared = "../shared/data/cifar10-lossless-5k";
const numpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
const script = `
import pickle, sys, numpy, gzip, os, tarfile
folder, out, protocol = sys.argv[1], sys.argv[2], int(sys.argv[3])
def records(name):
    raw = numpy.frombuffer(gzip.open(os.path.join(folder, name)).read(), dtype=numpy.uint8).reshape(-1, 3073)
    return raw[:, 1:], raw[:, 0].tolist()
def write(name, data, labels):
    with open(os.path.join(out, name), 'wb') as f:
        pickle.dump({b'batch_label': b'x', b'labels': labels, b'data': numpy.ascontiguousarray(data), b'filenames': [b'a.png'] * len(labels)}, f, protocol)
pixels, labels = records('train_4000.bin.gz')
for n in range(5): write('data_batch_%d' % (n + 1), pixels[800 * n:800 * (n + 1)], labels[800 * n:800 * (n + 1)])
pixels, labels = records('test_1000.bin.gz')
write('test_batch', pixels, labels)
with tarfile.open(os.path.join(out, 'cifar-10-python.tar.gz'), 'w:gz') as archive:
    for name in sorted(os.listdir(out)):
        if not name.endswith('.gz'): archive.add(os.path.join(out, name), 'cifar-10-batches-py/' + name)
`;

const digest = ({ pixels, labels, ...rest }: ImageBytes) => ({ ...rest, pixels: sha256(pixels), labels: labels.join() });

describe.skipIf(!numpy || !existsSync(shared))("pickles that Python writes of real pictures", () => {
  test.each([2, 3, 4, 5])("protocol %i, loose and as an archive, hold the same pictures as the binary form", async (protocol) => {
    const out = join(root, "out");
    mkdirSync(out);
    execFileSync("python3", ["-c", script, shared, out, String(protocol)]);
    const names = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`);
    const bytesOf = (name: string) => ({ name, bytes: readFileSync(join(out, name)) });
    const raw = (name: string) => ({ name, bytes: gunzipSync(readFileSync(join(shared, name))) });
    const expected = imagesFromCifar([raw("train_4000.bin.gz")], { classes: 10, labelBytes: 1 });
    expect(digest(imagesFromCifarPickles(names.map(bytesOf), 10))).toEqual(digest(expected));
    const archive = readFileSync(join(out, "cifar-10-python.tar.gz"));
    put("cifar10", { "cifar-10-python.tar.gz": archive });
    const train = Object.fromEntries(names.map((name) => [name, "0"]));
    const python = {
      archive: "cifar-10-python.tar.gz",
      sha256: sha256(archive),
      folder: "cifar-10-batches-py",
      train,
      test: { test_batch: "0" },
    };
    const found = await resolveSamples(source({ python }), places());
    expect(found.source).toBe(`folder ${join(root, "cifar10")}`);
    expect(digest(found.train)).toEqual(digest(expected));
    expect(digest(found.test)).toEqual(digest(imagesFromCifar([raw("test_1000.bin.gz")], { classes: 10, labelBytes: 1 })));
  });
});
