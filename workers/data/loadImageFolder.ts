import { createHash, type Hash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { relative } from "node:path";
import type { ImageFolderConfig } from "../../contract/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { addLabelNoise } from "./addLabelNoise.ts";
import { chooseSamples } from "./chooseSamples.ts";
import type { Dataset } from "./dataset.ts";
import { decodePicture } from "./decodePicture.ts";
import type { ImageBytes } from "./imageBytes.ts";
import { listPictures, type Pictures } from "./listPictures.ts";
import { labelBytes } from "./loadImages.ts";
import { ownPath } from "./ownPath.ts";
import { prepareImages } from "./prepareImages.ts";
import { sha256 } from "./readVerified.ts";
import type { DatasetPlaces, Say } from "./resolveSamples.ts";

const bounds = {
  fileBytes: 50_000_000,
  /** Bytes of all decoded pictures; as inputs they take four times as much. */
  pixelBytes: 1_000_000_000,
};

/**
 * A person's own folder of pictures (see listPictures), decoded to RGB of size × size and standardized (see prepareImages).
 * Only the pictures used are read. The hash is of the files used and of the labels trained on; nothing is verified.
 * @throws Failure DATASET_UNAVAILABLE, NOT_ALLOWED (see ownPath); DATASET_CORRUPT naming the file; INVALID if a class has
 * fewer pictures than asked for, or all of them would not fit into memory
 */
export async function loadImageFolder(config: ImageFolderConfig, places: DatasetPlaces, say: Say = () => {}): Promise<Dataset> {
  const place = await ownPath(config.folder, places);
  const found = await listPictures(place);
  const classes = found.classNames.length;
  const choice = { perClass: config.trainPerClass, imbalance: config.imbalance };
  const chosen = chooseSamples(found.train.labels, classes, choice, `${config.folder}/train`);
  const chosenTest = chooseSamples(
    found.test.labels,
    classes,
    { perClass: config.testPerClass },
    `${config.folder}/${found.split}`,
  );
  const count = chosen.rows.length + chosenTest.rows.length;
  const bytes = count * 3 * config.size ** 2;
  if (bytes > bounds.pixelBytes)
    throw new Failure(
      "INVALID",
      `${count} pictures of 3 × ${config.size} × ${config.size} are ${bytes} bytes; at most ${bounds.pixelBytes} fit. Ask for fewer samples a class or smaller pictures.`,
    );
  say("info", `Decoding ${count} pictures of ${config.folder}.`);
  const hash = createHash("sha256");
  const train = await decodeAll(found.train, chosen.rows, config.size, place.path, hash);
  const noise = addLabelNoise(train.labels, classes, config.labelNoise);
  hash.update(labelBytes(noise.labels, classes));
  const test = await decodeAll(found.test, chosenTest.rows, config.size, place.path, hash);
  hash.update(labelBytes(test.labels, classes));
  const shown = found.classNames.slice(0, 20).map((name, k) => `${k} = ${name}`);
  const more = classes > 20 ? `, … (${classes})` : "";
  const said = [
    `Classes: ${shown.join(", ")}${more}. The test set is ${found.split}/. Pictures are RGB, their shorter side resized to ${config.size} pixels, the middle cut out.`,
    chosen.said,
    chosenTest.said,
    noise.said,
  ];
  const about = { id: config.id, classes, source: `folder ${place.path}`, hash: hash.digest("hex"), said };
  return prepareImages(about, { ...train, labels: noise.labels }, test);
}

async function decodeAll(
  { files, labels }: Pictures,
  rows: Uint32Array,
  size: number,
  root: string,
  hash: Hash,
): Promise<ImageBytes> {
  const length = 3 * size * size;
  const pixels = new Uint8Array(rows.length * length);
  for (const [at, row] of rows.entries()) {
    const name = relative(root, files[row]);
    const fileBytes = (await stat(files[row])).size;
    if (fileBytes > bounds.fileBytes)
      throw new Failure("DATASET_CORRUPT", `${name} has ${fileBytes} bytes; a picture has at most ${bounds.fileBytes}.`);
    const bytes = await readFile(files[row]);
    hash.update(sha256(bytes));
    await decodePicture(bytes, size, name, pixels.subarray(at * length, (at + 1) * length));
  }
  return {
    count: rows.length,
    channels: 3,
    height: size,
    width: size,
    pixels,
    labels: Uint16Array.from(rows, (row) => labels[row]),
  };
}
