import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../../../../contract/failure.ts";
import { imagesFromIdx } from "../../../../../workers/data/formats/imageBytes.ts";
import { formatIdx } from "../../../../../workers/data/formats/parseIdx.ts";
import { listAvailability } from "../../../../../workers/data/resolve/listAvailability.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";
import { knownSources, resolveSamples } from "../../../../../workers/data/resolve/resolveSamples.ts";
import type { ImageSource } from "../../../../../workers/data/sources/datasetSource.ts";
import { imageSource } from "../../../../../workers/data/sources/imageSources.ts";
import { sha256 } from "../../../../../workers/data/sources/readVerified.ts";

const images = formatIdx({ shape: [2, 1, 1], values: Uint8Array.of(0, 255) });
const labels = formatIdx({ shape: [2], values: Uint8Array.of(0, 1) });
const contents: Record<string, Uint8Array> = { "images.gz": images, "labels.gz": labels };

let root: string;
let server: Server;
let served: Record<string, Uint8Array | { location: string }>;
let requests: string[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "datasets-"));
  served = {};
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const found = served[request.url ?? ""];
    if (!found) response.writeHead(404).end();
    else if ("location" in found) response.writeHead(302, { location: found.location }).end();
    else response.end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true });
});

const mirror = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** A set of two images whose places all lie in this test's folder. */
function source(options: { embedded?: boolean; mirrors?: string[] } = {}): ImageSource {
  return {
    ...imageSource("mnist"),
    title: "Two images",
    folders: ["two"],
    systemFolders: [join(root, "system")],
    embedded: options.embedded ? join(root, "embedded") : null,
    layouts: [
      {
        files: Object.entries(contents).map(([name, bytes]) => ({
          name,
          checksum: { of: "decompressed", algorithm: "sha256", hex: sha256(bytes) },
          maxFileBytes: 200,
          maxRawBytes: bytes.length,
        })),
        mirrors: options.mirrors ?? [],
        assemble: (files) => {
          const both = ["images.gz", "labels.gz"] as const;
          const set = imagesFromIdx(files.get(both[0])!, files.get(both[1])!, both, { classes: 2 });
          return { train: set, test: set };
        },
      },
    ],
  };
}
const places = () => ({ folder: join(root, "own"), cache: join(root, "cache"), insecure: true });

function put(
  folder: string,
  files: Record<string, Uint8Array> = { "images.gz": gzipSync(images), "labels.gz": gzipSync(labels) },
) {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, folder, name), bytes);
}

describe("the order of places", () => {
  test("the user's folder, its own subfolder first; the cache; the system; the program; the mirror", async () => {
    served = { "/images.gz": gzipSync(images), "/labels.gz": gzipSync(labels) };
    const all = source({ embedded: true, mirrors: [mirror()] });
    const found = async () => (await resolveSamples(all, places())).source;
    expect(await found()).toBe(`mirror ${mirror()}`);
    expect(await found()).toBe(`cache ${join(root, "cache", "mnist")}`);
    rmSync(join(root, "cache"), { recursive: true });
    put("embedded");
    expect(await found()).toBe("embedded");
    put("system");
    expect(await found()).toBe(`system ${join(root, "system")}`);
    put("cache/mnist");
    expect(await found()).toBe(`cache ${join(root, "cache", "mnist")}`);
    put("own");
    expect(await found()).toBe(`folder ${join(root, "own")}`);
    put("own/two");
    expect(await found()).toBe(`folder ${join(root, "own", "two")}`);
    expect(requests).toEqual(["/images.gz", "/labels.gz"]);
  });

  test("files may lie unzipped; a place that lacks one is passed over", async () => {
    put("own/two", { "images.gz": gzipSync(images) });
    put("own", { images, labels });
    const { train, source: where } = await resolveSamples(source(), places());
    expect(where).toBe(`folder ${join(root, "own")}`);
    expect(train).toMatchObject({ count: 2, channels: 1, height: 1, width: 1 });
  });
});

describe("damaged and other files", () => {
  test("a file of the user's folder that is not the published one is refused, with file, expected and found", async () => {
    const other = formatIdx({ shape: [2], values: Uint8Array.of(1, 1) });
    put("own/two", { "images.gz": gzipSync(images), "labels.gz": gzipSync(other) });
    put("system");
    const error = await resolveSamples(source(), places()).catch((caught) => caught);
    expect(error).toBeInstanceOf(Failure);
    expect(error.code).toBe("DATASET_CORRUPT");
    for (const part of [join(root, "own", "two", "labels.gz"), sha256(labels), sha256(other)])
      expect(error.message).toContain(part);
  });

  test.each([
    ["a truncated gzip", gzipSync(labels).subarray(0, 12), "not a valid gzip"],
    ["a decompression bomb", gzipSync(new Uint8Array(1e5)), "decompresses to more than"],
    ["a file too large to be it", new Uint8Array(1000).fill(7), "at most 200"],
  ])("%s is refused", async (_, bytes, why) => {
    put("own/two", { "images.gz": gzipSync(images), "labels.gz": bytes });
    await expect(resolveSamples(source(), places())).rejects.toThrow(why);
  });

  test("another known set in the user's folder is not treated as damage, and nothing replaces what was asked for", async () => {
    cpSync(imageSource("fashion-mnist-mini").embedded!, join(root, "own"), { recursive: true });
    const full = imageSource("fashion-mnist");
    const layouts = full.layouts.map((layout) => ({ ...layout, mirrors: [] }));
    const error = await resolveSamples({ ...full, systemFolders: [], layouts }, places()).catch((caught) => caught);
    expect(error.code).toBe("DATASET_UNAVAILABLE");
    expect(error.message).toContain("that is Fashion-MNIST-mini");
  });

  test("a damaged cache is reported, removed, and fetched again", async () => {
    put("cache/mnist", { "images.gz": gzipSync(images), "labels.gz": Uint8Array.of(1, 2, 3) });
    served = { "/labels.gz": gzipSync(labels) };
    const said: string[] = [];
    const { source: where } = await resolveSamples(source({ mirrors: [mirror()] }), places(), (_, text) => said.push(text));
    expect(where).toBe(`mirror ${mirror()}`);
    expect(requests).toEqual(["/labels.gz"]); // the intact one is kept
    expect(said[0]).toContain("removed from the cache");
  });
});

describe("mirrors", () => {
  test("wrong bytes, too many bytes, an error: the next mirror is tried, nothing is kept, and the error tells all", async () => {
    served = { "/a/images.gz": gzipSync(labels), "/b/images.gz": new Uint8Array(500) };
    const mirrors = [`${mirror()}a/`, `${mirror()}b/`, `${mirror()}c/`];
    const error = await resolveSamples(source({ mirrors }), places()).catch((caught) => caught);
    expect(error.code).toBe("DATASET_UNAVAILABLE");
    for (const part of [
      "Two images is not on this worker",
      "is not the published images.gz",
      "more than the 200 bytes",
      "404",
      `images.gz (sha256 of the decompressed bytes ${sha256(images)})`,
      join(root, "own", "two"),
      "fashion-mnist-mini",
      "gaussian-clusters",
    ])
      expect(error.message).toContain(part);
    expect(readdirSync(root)).not.toContain("cache");
  });

  test("without https a mirror is not used", async () => {
    served = { "/images.gz": gzipSync(images), "/labels.gz": gzipSync(labels) };
    const strict = { ...places(), insecure: false };
    await expect(resolveSamples(source({ mirrors: [mirror()] }), strict)).rejects.toThrow("which is not https");
    const mirrors = knownSources.flatMap(({ layouts }) => layouts.flatMap((layout) => layout.mirrors));
    expect(mirrors.length).toBeGreaterThan(5);
    for (const address of mirrors) expect(address).toMatch(/^https:\/\/.*\/$/);
  });

  test("after a download nothing temporary is left", async () => {
    served = { "/images.gz": gzipSync(images), "/labels.gz": gzipSync(labels) };
    await resolveSamples(source({ mirrors: [mirror()] }), places());
    expect(readdirSync(join(root, "cache", "mnist")).sort()).toEqual(["images.gz", "labels.gz"]);
  });
});

describe("what is on this machine", () => {
  test("is reported without a download, with what to do for the rest", async () => {
    const list = await listAvailability({ folder: null, cache: join(root, "cache") });
    const of = (id: string) => list.find((entry) => entry.id === id);
    expect(of("fashion-mnist-mini")).toMatchObject({ available: true });
    expect(of("random-labels")).toMatchObject({ available: true });
    expect(of("cifar10")).toMatchObject({ available: false });
    expect(of("cifar10")?.detail).toContain("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd");
    expect(requests).toEqual([]);
  });

  test("the vendored set is whole, balanced, and standardized over its training images", async () => {
    const {
      resolved,
      train,
      test: tested,
      dimension,
    } = await loadDataset({ id: "fashion-mnist-mini", trainPerClass: null, testPerClass: null }, { folder: null, cache: root });
    expect(resolved).toMatchObject({ source: "embedded", classes: 10, inputDimension: 784 });
    expect(resolved.input).toEqual({ kind: "image", channels: 1, height: 28, width: 28 });
    expect(resolved.trainCounts).toEqual(new Array(10).fill(200));
    expect(resolved.testCounts).toEqual(new Array(10).fill(50));
    expect([train.count, tested.count, dimension]).toEqual([2000, 500, 784]);
    const mean = train.inputs.reduce((sum, x) => sum + x, 0) / train.inputs.length;
    const square = train.inputs.reduce((sum, x) => sum + x * x, 0) / train.inputs.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(square).toBeCloseTo(1, 4);
  });
});

describe("EMNIST, unpacked by its owner", () => {
  /** One picture a class; the picture's first row is bright, and so the file's first column. */
  function putEmnist(split: string, given: number[]) {
    const pixels = new Uint8Array(given.length * 784);
    for (let i = 0; i < given.length; i++) for (let row = 0; row < 28; row++) pixels[784 * i + 28 * row] = 255;
    for (const part of ["train", "test"])
      put("own/emnist/gzip", {
        [`emnist-${split}-${part}-images-idx3-ubyte.gz`]: gzipSync(formatIdx({ shape: [given.length, 28, 28], values: pixels })),
        [`emnist-${split}-${part}-labels-idx1-ubyte`]: formatIdx({ shape: [given.length], values: Uint8Array.from(given) }),
      });
  }
  const load = (id: "emnist-letters" | "emnist-balanced") =>
    loadDataset({ id, trainPerClass: null, testPerClass: null }, { ...places(), folder: join(root, "own") });
  const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

  test("letters begin at 1, pictures are turned upright, and nothing is reported as verified", async () => {
    putEmnist("letters", range(1, 26));
    const { resolved, train, pixel } = await load("emnist-letters");
    expect(resolved).toMatchObject({ classes: 26, trainCounts: new Array(26).fill(1) });
    expect(resolved.source).toBe(`folder ${join(root, "own", "emnist", "gzip")} (not verified: no certain published hash)`);
    expect([train.labels[0], train.labels[25]]).toEqual([0, 25]);
    const bytes = Array.from(train.inputs.subarray(0, 784), (x) =>
      Math.abs(Math.round(255 * (x * pixel!.deviation + pixel!.mean))),
    );
    expect(bytes).toEqual([...new Array(28).fill(255), ...new Array(756).fill(0)]);
    putEmnist("balanced", range(0, 47));
    expect((await load("emnist-balanced")).resolved).toMatchObject({ classes: 47, inputDimension: 784 });
  });

  test("other labels, and a class that is lacking, are refused", async () => {
    putEmnist("letters", range(0, 26));
    await expect(load("emnist-letters")).rejects.toThrow(
      "emnist-letters-train-labels-idx1-ubyte.gz has the label 0 at byte 8; expected 1 to 26",
    );
    putEmnist("letters", range(1, 25));
    await expect(load("emnist-letters")).rejects.toThrow("EMNIST Letters's training set has no sample of class Z");
  });
});
