import { corrupt } from "./fileFaults.ts";
import type { ImageBytes } from "./imageBytes.ts";
import { type CifarPart, cifarPixels, joinCifar } from "./imageBytes.ts";
import { type NumpyArray, type Pickled, readPickle } from "./readPickle.ts";

/**
 * Pictures from batches of CIFAR's Python form: pickled dictionaries of `data`, bytes [n, 3072] as in the binary form, and of
 * `labels` (CIFAR-10) or `fine_labels` (CIFAR-100).
 * @throws Failure DATASET_CORRUPT naming the file and what was expected
 */
export function imagesFromCifarPickles(batches: { name: string; bytes: Uint8Array }[], classes: number): ImageBytes {
  return joinCifar(batches.map(({ name, bytes }) => readBatch(readPickle(bytes, name), name, classes)));
}

function readBatch(content: Pickled, name: string, classes: number): CifarPart {
  if (!(content instanceof Map)) throw corrupt(name, "has no dictionary: expected one with data and labels");
  const key = classes === 10 ? "labels" : "fine_labels";
  const [data, labels] = [content.get("data"), content.get(key)];
  const there = [...content.keys()].slice(0, 8).map(short).join(", ") || "nothing";
  if (!isPictures(data)) throw corrupt(name, `has no "data" of bytes [n, ${cifarPixels}]: it has ${there}`);
  if (!Array.isArray(labels)) throw corrupt(name, `has no list "${key}": it has ${there}`);
  const count = data.shape[0];
  if (labels.length !== count) throw corrupt(name, `has ${labels.length} labels for ${count} pictures`);
  const odd = labels.findIndex((label) => typeof label !== "number" || !Number.isInteger(label) || label < 0 || label >= classes);
  if (odd >= 0)
    throw corrupt(name, `has the label ${valueText(labels[odd])} at picture ${odd}; CIFAR-${classes} has 0 to ${classes - 1}`);
  return { labels: labels as number[], pixels: data.bytes };
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** A value that should be a number. Lists are not written out: they may be large, and hold one another without end. */
function valueText(value: Pickled): string {
  if (typeof value === "string") return JSON.stringify(short(value));
  return value !== null && typeof value === "object" ? "that is not a number" : String(value);
}

function isPictures(data: Pickled | undefined): data is NumpyArray {
  if (data === undefined || data === null || typeof data !== "object" || !("numpy" in data)) return false;
  const { shape, type, fortran, bytes } = data;
  const bytesOnly = type === "u1" || type === "uint8" || type === "|u1";
  return bytesOnly && !fortran && shape.length === 2 && shape[1] === cifarPixels && bytes.length === shape[0] * cifarPixels;
}
