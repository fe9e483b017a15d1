import type { ImageDatasetId } from "../../contract/datasetConfig.ts";
import type { ImageBytes } from "./imageBytes.ts";

/** A file of an image set as published, and what its bytes must hash to. */
export interface SourceFile {
  /** Published name; a file `x.gz` may also lie unzipped as `x`, if `hashed` is "decompressed". */
  name: string;
  /** sha256, hex, of the decompressed bytes, or of the file as published. */
  sha256: string;
  hashed: "decompressed" | "file";
  /** Size of the bytes that are hashed. */
  bytes: number;
  /** Largest download and largest decompressed size accepted. */
  maxFileBytes: number;
  maxRawBytes: number;
}

/** An image set: where it may lie, and how its files become images. */
export interface ImageSource {
  id: ImageDatasetId;
  title: string;
  classes: number;
  files: SourceFile[];
  /** Names of subfolders of a data-set folder that may hold it; the folder itself is tried last. */
  folders: string[];
  /** Folders in which operating systems install it. */
  systemFolders: string[];
  /** Folder delivered with the program. */
  embedded: string | null;
  /** Official addresses, https, each ending in "/"; empty if it may not be, or cannot be, downloaded. */
  mirrors: string[];
  /** `files` holds the decompressed bytes of every file by its published name. */
  assemble(files: ReadonlyMap<string, Uint8Array>): { train: ImageBytes; test: ImageBytes };
}
