import { typeNames } from "../formats/numberType.ts";
import { type StoredArray, shapeText } from "../formats/storedArray.ts";
import { partsOfName } from "./partsOfName.ts";
import type { ReadFile } from "./readFile.ts";
import { type Role, roleOf } from "./roleOf.ts";

/** An array of a file with what names say of it. */
export interface NamedArray {
  /** By which a person says what it is: the file's name, and the array's where the file has several. */
  ref: string;
  file: string;
  array: StoredArray;
  /** Its own name, without step and split; "" says nothing. */
  name: string;
  role: Role | null;
  step: number | null;
  split: "train" | "test" | null;
}

/** What a file's name says of all arrays in it. */
export interface NamedFile {
  /** Folders and values that tell its run from others. */
  run: { folder: string; values: Record<string, number | string> };
  arrays: NamedArray[];
  classNames: string[] | null;
}

/** @param name with its folders: "seed_0/epoch_12/features.npz" */
export function nameArrays(name: string, { arrays, step, classNames }: ReadFile): NamedFile {
  const folders = name.split("/");
  const base = folders.pop() ?? name;
  const stem = partsOfName(base.replace(/\.[^.]*$/, ""), true);
  let around: { step: number | null; split: "train" | "test" | null } = { step: null, split: null };
  const values: Record<string, number | string> = {};
  const kept: string[] = [];
  for (const folder of folders) {
    const parts = partsOfName(folder, true);
    around = { step: parts.step ?? around.step, split: parts.split ?? around.split };
    Object.assign(values, parts.values);
    if (parts.rest !== "") kept.push(parts.rest);
  }
  return {
    run: { folder: kept.join("/"), values: { ...values, ...stem.values } },
    classNames,
    arrays: arrays.map((array) => {
      const own = partsOfName(array.name, false);
      const alone = array.name === "";
      const rest = alone ? stem.rest : own.rest;
      return {
        ref: alone ? name : `${name}:${array.name}`,
        file: name,
        array,
        name: rest,
        role: roleOf(rest),
        step: own.step ?? stem.step ?? step ?? around.step,
        split: own.split ?? stem.split ?? around.split,
      };
    }),
  };
}

/** As messages list it. */
export const describeArray = ({ ref, array }: NamedArray): string => `${ref} ${shapeText(array.shape)} ${typeNames[array.type]}`;
