import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { loadDataset } from "../../../workers/data/resolve/loadDataset.ts";
import { knownSources, resolveSamples } from "../../../workers/data/resolve/resolveSamples.ts";
import { imageSource } from "../../../workers/data/sources/imageSources.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "forms-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const places = () => ({ folder: root, cache: join(root, "cache") });
function put(path: string, bytes: Uint8Array) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), bytes);
}
const mini = imageSource("fashion-mnist-mini").embedded!;
const miniFiles = () => readdirSync(mini).filter((name) => name.endsWith("ubyte.gz"));
/** Fashion-MNIST-mini without the copy that the program has, and without a network. */
const source = () => ({ ...imageSource("fashion-mnist-mini"), embedded: null });

describe("the names under which MNIST's files lie", () => {
  test.each([
    ["with a dot, zipped", (name: string) => name.replace("-idx", ".idx"), false],
    ["with a dot, unzipped", (name: string) => name.replace("-idx", ".idx").replace(".gz", ""), true],
    ["in folders of their own names", (name: string) => `${name.replace(".gz", "")}/${name.replace(".gz", "")}`, true],
  ])("%s: read and verified", async (_, renamed, unzip) => {
    for (const name of miniFiles()) {
      const bytes = readFileSync(join(mini, name));
      put(`fashion-mnist-mini/${renamed(name)}`, unzip ? gunzipSync(bytes) : bytes);
    }
    const found = await resolveSamples(source(), places());
    expect(found.source).toBe(`folder ${join(root, "fashion-mnist-mini")}`);
    expect(found.train.count).toBe(2000);
  });

  const real = resolve("../shared/data/mnist");
  test.skipIf(!existsSync(real)).each(["MNIST/raw", "mnist/raw", "mnist/MNIST/raw"])(
    "torchvision's folder %s",
    async (folder) => {
      mkdirSync(join(root, folder), { recursive: true });
      for (const name of readdirSync(real)) symlinkSync(join(real, name), join(root, folder, name));
      const { resolved } = await loadDataset(datasetConfig.parse({ id: "mnist" }), places());
      expect(resolved.source).toBe(`folder ${join(root, folder)}`);
      expect(resolved.hash).toBe("06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16");
      expect(resolved.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    },
  );
});

describe("what is not found", () => {
  const refusal = async () => (await resolveSamples(source(), places()).catch((error) => error)).message as string;

  test("is reported with what is there instead", async () => {
    put("fashion-mnist-mini/train.csv", Buffer.from("x"));
    put("fashion-mnist-mini/more/x", Buffer.from("x"));
    const message = await refusal();
    const folder = join(root, "fashion-mnist-mini");
    expect(message).toContain(`folder ${folder} (none of the required files; it has more/, train.csv)`);
    expect(message).toContain(`no folder ${join(root, "cache", "fashion-mnist-mini")}`);
    expect(message).toContain(`put these files into ${folder}: train-images-idx3-ubyte.gz (sha256`);
  });

  test("a place with some of the files says which are lacking", async () => {
    const [first] = miniFiles();
    put(`fashion-mnist-mini/${first}`, readFileSync(join(mini, first)));
    expect(await refusal()).toMatch(/fashion-mnist-mini \(without (.*-ubyte\.gz, ){2}.*-ubyte\.gz\)/);
  });

  test("an empty folder, and one that is a file", async () => {
    mkdirSync(join(root, "fashion-mnist-mini"));
    expect(await refusal()).toContain("fashion-mnist-mini (it is empty)");
    rmSync(join(root, "fashion-mnist-mini"), { recursive: true });
    put("fashion-mnist-mini", Buffer.from("x"));
    expect(await refusal()).toContain(`no folder ${join(root, "fashion-mnist-mini")}`);
  });
});

describe("a published file that cannot be read is named with the reason", () => {
  const name = "train-images-idx3-ubyte.gz";
  const load = () => resolveSamples(source(), places());
  beforeEach(() => {
    for (const file of miniFiles()) put(`fashion-mnist-mini/${file}`, readFileSync(join(mini, file)));
  });

  test.each([
    ["an empty file", Buffer.alloc(0), "is empty (0 bytes)"],
    [
      "a Git LFS pointer",
      Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
      'run "git lfs pull"',
    ],
    ["a git-annex pointer", Buffer.from("/annex/objects/SHA256E-s9--0.gz\n"), 'run "git annex get"'],
  ])("%s", async (_, bytes, why) => {
    put(`fashion-mnist-mini/${name}`, bytes);
    await expect(load()).rejects.toMatchObject({ code: "DATASET_CORRUPT", message: expect.stringContaining(why) });
  });

  test("a FIFO is never opened: the file counts as lacking", async () => {
    rmSync(join(root, "fashion-mnist-mini", name));
    execFileSync("mkfifo", [join(root, "fashion-mnist-mini", name)]);
    await expect(load()).rejects.toMatchObject({
      code: "DATASET_UNAVAILABLE",
      message: expect.stringContaining(`without ${name}`),
    });
  });
});

test("every published set names its classes", () => {
  for (const { id, classes, classNames } of knownSources) expect([id, new Set(classNames).size]).toEqual([id, classes]);
  expect(imageSource("cifar100").classNames.slice(-2)).toEqual(["woman", "worm"]);
  expect(imageSource("cifar100").classNames.toSorted()).toEqual([...imageSource("cifar100").classNames]);
  expect(imageSource("emnist-balanced").classNames[46]).toBe("t");
});
