import { createHash, type Hash } from "node:crypto";
import type { ImageFolderConfig } from "../../../contract/data/datasetConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import type { Dataset } from "../dataset.ts";
import { decodePicture } from "../formats/decodePicture.ts";
import type { FileFaults } from "../formats/fileFaults.ts";
import type { ImageBytes } from "../formats/imageBytes.ts";
import { listPictures, type PictureList, type Pictures } from "../formats/listPictures.ts";
import { within } from "../formats/pictureSplits.ts";
import { PictureTraits } from "../formats/pictureTraits.ts";
import { readBytes } from "../formats/readFolder.ts";
import { addLabelNoise } from "../prepare/addLabelNoise.ts";
import { chooseSamples } from "../prepare/chooseSamples.ts";
import { prepareImages } from "../prepare/prepareImages.ts";
import { sharedWarning } from "../prepare/sharedSamples.ts";
import { ownPath } from "../sources/ownPath.ts";
import type { DatasetPlaces } from "../sources/places.ts";
import { sha256 } from "../sources/readVerified.ts";
import { labelBytes } from "./loadImages.ts";
import type { Log } from "./resolveSamples.ts";

const bounds = {
  fileBytes: 50_000_000,
  /** Bytes of all decoded pictures; as inputs they take four times as much. */
  pixelBytes: 1_000_000_000,
};

/**
 * A person's own folder of pictures (see listPictures), decoded to RGB of size × size and standardized (see prepareImages).
 * Only the pictures used are read. The hash is of the files used and of the labels trained on; nothing is verified.
 * @throws Failure DATASET_UNAVAILABLE, NOT_ALLOWED (see ownPath); DATASET_CORRUPT naming the files; INVALID if a class has
 * fewer pictures than asked for, or all of them would not fit into memory
 */
export async function loadImageFolder(config: ImageFolderConfig, places: DatasetPlaces, log: Log = () => {}): Promise<Dataset> {
  const place = await ownPath(config.folder, places);
  const found = await listPictures(place);
  const { classNames, faults } = found;
  const classes = classNames.length;
  const { chosen, chosenTest } = choose(config, found);
  const count = chosen.rows.length + chosenTest.rows.length;
  const bytes = count * 3 * config.size ** 2;
  if (bytes > bounds.pixelBytes)
    throw new Failure(
      "INVALID",
      `${count} pictures of 3 × ${config.size} × ${config.size} are ${bytes} bytes; at most ${bounds.pixelBytes} fit. Choose fewer samples per class or smaller pictures.`,
    );
  log("info", `Decoding ${count} pictures of ${config.folder}.`);
  const hash = createHash("sha256");
  const decoding: Decoding = { size: config.size, set: place.path, hash, faults, traits: new PictureTraits() };
  const { images: train, hashes } = await decodeAll(found.train, chosen.rows, decoding);
  const noise = addLabelNoise(train.labels, classes, config.labelNoise);
  hash.update(labelBytes(noise.labels, classes));
  const { images: test, hashes: testHashes } = await decodeAll(found.test, chosenTest.rows, decoding);
  hash.update(labelBytes(test.labels, classes));
  faults.throwIfAny(config.folder, "pictures");
  const shown = classNames.slice(0, 20).map((name, k) => `${k} = ${name}`);
  const more = classes > 20 ? `, … (${classes})` : "";
  const said = [
    `Classes: ${shown.join(", ")}${more}. The test set is ${found.split}/. Pictures are RGB, their shorter side resized to ${config.size} pixels, the middle cut out.`,
    found.hidden > 0 ? `Hidden files skipped: ${found.hidden}.` : "",
    chosen.said,
    chosenTest.said,
    noise.said,
  ];
  const warnings = [
    ...found.warnings,
    ...sharedWarning(hashes, testHashes, "pictures"),
    ...decoding.traits.warnings(count, config.size),
  ];
  const source = `folder ${place.path}`;
  const about = { id: config.id, classes, classNames, source, hash: hash.digest("hex"), said, warnings };
  return prepareImages(about, { ...train, labels: noise.labels }, test);
}

/** Problems with the files are reported before questions of their number. */
function choose(config: ImageFolderConfig, { train, test, classNames, split, faults }: PictureList) {
  const { trainPerClass, testPerClass, imbalance, largeClasses, folder } = config;
  const k = classNames.length;
  try {
    return {
      chosen: chooseSamples(train.labels, k, { perClass: trainPerClass, imbalance, largeClasses }, `${folder}/train`, classNames),
      chosenTest: chooseSamples(test.labels, k, { perClass: testPerClass }, `${folder}/${split}`, classNames),
    };
  } catch (error) {
    faults.throwIfAny(folder, "pictures");
    throw error;
  }
}

interface Decoding {
  size: number;
  set: string;
  hash: Hash;
  faults: FileFaults;
  traits: PictureTraits;
}

async function decodeAll(
  { files, labels }: Pictures,
  rows: Uint32Array,
  { size, set, hash, faults, traits }: Decoding,
): Promise<{ images: ImageBytes; hashes: string[] }> {
  const length = 3 * size * size;
  const pixels = new Uint8Array(rows.length * length);
  const hashes: string[] = [];
  for (const [at, row] of rows.entries()) {
    const name = within(set, files[row]);
    try {
      const bytes = await readBytes(files[row], name, bounds.fileBytes);
      const ofFile = sha256(bytes);
      hashes.push(ofFile);
      hash.update(ofFile);
      traits.add(await decodePicture(bytes, size, name, pixels.subarray(at * length, (at + 1) * length)));
    } catch (error) {
      faults.add(error);
    }
  }
  const images = {
    count: rows.length,
    channels: 3,
    height: size,
    width: size,
    pixels,
    labels: Uint16Array.from(rows, (row) => labels[row]),
  };
  return { images, hashes };
}
