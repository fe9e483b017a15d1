import { extname } from "node:path";
import { FileRange } from "../formats/bytes.ts";
import { readNpy } from "../formats/readNpy.ts";
import { readNpz } from "../formats/readNpz.ts";
import { readSafetensors } from "../formats/readSafetensors.ts";
import { readTorch } from "../formats/readTorch.ts";
import type { Scratch } from "../formats/scratch.ts";
import type { StoredArray } from "../formats/storedArray.ts";
import { unreadable } from "../formats/unreadable.ts";
import { readCsv } from "./readCsv.ts";

/** Endings of files with features. */
export const featureEndings = [".npy", ".npz", ".safetensors", ".pt", ".pth", ".csv"] as const;

export const isFeatureFile = (name: string): boolean =>
  (featureEndings as readonly string[]).includes(extname(name).toLowerCase());

export interface ReadFile {
  /** Of one array: "" is its name. */
  arrays: StoredArray[];
  /** Step that is stated within. */
  step: number | null;
  classNames: string[] | null;
}

/**
 * The arrays of a file, by its ending. Only what describes them is read, but for .csv.
 * @param name as it was called where it comes from, for messages too
 * @param labelColumn of .csv
 * @throws Failure INVALID naming file, place and what was expected
 */
export async function readFile(path: string, name: string, scratch: Scratch, labelColumn?: string): Promise<ReadFile> {
  const file = await scratch.file(path, name);
  const ending = extname(name).toLowerCase();
  const plain = (arrays: StoredArray[]): ReadFile => ({ arrays, step: null, classNames: null });
  switch (ending) {
    case ".npy":
      return plain([await readNpy(FileRange.of(file))]);
    case ".npz": {
      const arrays = await readNpz(file, scratch);
      const stated = arrays.find((array) => isStep(array.name) && array.shape.length === 0);
      if (stated === undefined) return plain(arrays);
      const [value] = await valuesOf(stated);
      return { arrays: arrays.filter((array) => array !== stated), step: stepOf(value), classNames: null };
    }
    case ".safetensors": {
      const { arrays, metadata } = await readSafetensors(file);
      const stated = Object.entries(metadata).find(([key, text]) => isStep(key) && /^\d{1,10}$/.test(text));
      return { arrays, step: stepOf(stated && Number(stated[1])), classNames: null };
    }
    case ".pt":
    case ".pth": {
      const { arrays, numbers } = await readTorch(file, scratch);
      const stated = [...numbers].find(([key]) => isStep(key));
      return { arrays, step: stepOf(stated?.[1]), classNames: null };
    }
    case ".csv": {
      const { arrays, classNames } = await readCsv(file, scratch, labelColumn);
      return { arrays, step: null, classNames };
    }
  }
  throw unreadable(name, `has the ending "${ending.slice(0, 20)}"; ${featureEndings.join(", ")} are read`);
}

const isStep = (name: string) => /^(global_)?(step|epoch)$/i.test(name);
const stepOf = (value: number | undefined) =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0 && value <= 1e9 ? value : null;

async function valuesOf(array: StoredArray): Promise<number[]> {
  const values: number[] = [];
  for await (const chunk of array.chunks(1)) values.push(...chunk.subarray(0, 1));
  return values;
}
