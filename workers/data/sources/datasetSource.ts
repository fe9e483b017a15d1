import { datasetTitles, type ImageDatasetId, type TextDatasetId } from "../../../contract/data/datasetConfig.ts";
import { publishedSizes } from "../../../contract/data/datasetSizes.ts";
import type { ImageBytes } from "../formats/imageBytes.ts";
import type { LabelledTexts } from "../formats/labelledTexts.ts";

/** What the bytes of a published file must hash to. */
export interface Checksum {
  of: "decompressed" | "file";
  algorithm: "sha256" | "md5";
  hex: string;
}

/** A file of a data set as published. */
export interface SourceFile {
  /** Published name; a file `x.gz` may also lie unzipped as `x`, unless the hash is of the file. */
  name: string;
  /** null where no certain hash is published: then what it holds is checked when it is read. */
  checksum: Checksum | null;
  /** Largest download and largest decompressed size accepted. */
  maxFileBytes: number;
  maxRawBytes: number;
  /** Pass the file on unchanged: it is unpacked while it is read. */
  packed?: boolean;
  /** Other names under which it is found. */
  aliases?: string[];
  /** Other bytes than the published ones are read from the set's own folder, as not verified. */
  tolerant?: boolean;
}

/** One form in which a set is published. */
export interface Layout<Samples> {
  files: SourceFile[];
  /** Folders that must be there, for a set of many small files. */
  directories?: string[];
  /** Official addresses, https, each ending in "/"; empty if it may not be, or cannot be, downloaded. */
  mirrors: string[];
  /**
   * `files` holds the decompressed bytes of every file by its published name; `folder` is where they lie.
   * @throws Failure DATASET_CORRUPT naming the file, the place in it and what was expected
   */
  assemble(files: ReadonlyMap<string, Uint8Array>, folder: string): Samples | Promise<Samples>;
}

/** What everyone knows of a published set. */
export interface PublishedSet<Id = unknown> {
  id: Id;
  title: string;
  classes: number;
  /** In the order of the labels. */
  classNames: readonly string[];
}

export function publishedSet<Id extends keyof typeof publishedSizes>(id: Id): PublishedSet<Id> {
  const { train, names } = publishedSizes[id];
  return { id, title: datasetTitles[id], classes: train.length, classNames: names };
}

/** A published set: where it may lie, and how its files become samples. */
export interface DatasetSource<Id, Part> extends PublishedSet<Id> {
  /** Names of subfolders of a data-set folder that may hold it; the folder itself is tried last. */
  folders: string[];
  /** Folders in which operating systems install it. */
  systemFolders: string[];
  /** Folder delivered with the program. */
  embedded: string | null;
  /** Tried in this order in every place. */
  layouts: Layout<{ train: Part; test: Part }>[];
}

export type ImageSource = DatasetSource<ImageDatasetId, ImageBytes>;

export interface TextSource extends DatasetSource<TextDatasetId, LabelledTexts> {
  /** What to know about its classes and its split, for the log. */
  about: string;
}

/** Whether every byte of a layout is checked against a published hash. */
export const isVerified = (layout: Layout<unknown>): boolean =>
  layout.directories === undefined && layout.files.every((file) => file.checksum !== null);
