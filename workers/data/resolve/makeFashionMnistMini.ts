/**
 * Makes the vendored Fashion-MNIST-mini from the full set: `node workers/data/resolve/makeFashionMnistMini.ts <folder> [<target>]`.
 * The first 200 training and 50 test images of each class, in file order, as gzipped IDX. The same input gives the same
 * bytes (gzip without name and time).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type ImageBytes, takeImages } from "../formats/imageBytes.ts";
import { formatIdx } from "../formats/parseIdx.ts";
import { chooseSamples } from "../prepare/chooseSamples.ts";
import { idxNames } from "../sources/greySources.ts";
import { imageSource } from "../sources/imageSources.ts";
import { sha256 } from "../sources/readVerified.ts";
import { resolveSamples } from "./resolveSamples.ts";

const [folder, target = fileURLToPath(new URL("../sources/vendored/fashion-mnist-mini/", import.meta.url))] =
  process.argv.slice(2);
const { train, test } = await resolveSamples(imageSource("fashion-mnist"), { folder: folder ?? null, cache: target });
mkdirSync(target, { recursive: true });

const write = (name: string, shape: number[], values: Uint8Array) => {
  const bytes = formatIdx({ shape, values });
  writeFileSync(new URL(name, `file://${target}/`), gzipSync(bytes, { level: 9 }));
  console.log(`${name}: ${bytes.length} bytes decompressed, sha256 ${sha256(bytes)}`);
};
const writeBoth = (images: ImageBytes, imagesName: string, labelsName: string) => {
  write(imagesName, [images.count, 28, 28], images.pixels);
  write(labelsName, [images.count], Uint8Array.from(images.labels));
};
const first = (images: ImageBytes, perClass: number, what: string) =>
  takeImages(images, chooseSamples(images.labels, 10, { perClass }, what).rows);
writeBoth(first(train, 200, "Fashion-MNIST's training set"), idxNames[0], idxNames[1]);
writeBoth(first(test, 50, "Fashion-MNIST's test set"), idxNames[2], idxNames[3]);
