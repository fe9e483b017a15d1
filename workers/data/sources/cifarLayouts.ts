import { Failure } from "../../../contract/failure.ts";
import { countClasses } from "../dataset.ts";
import { imagesFromCifarPickles } from "../formats/cifarPickle.ts";
import { corrupt } from "../formats/fileFaults.ts";
import { type ImageBytes, imagesFromCifar } from "../formats/imageBytes.ts";
import { readTar } from "../formats/readTar.ts";
import type { Checksum, ImageSource } from "./datasetSource.ts";

type Layout = ImageSource["layouts"][number];

/** What one of the two sets is published as. */
export interface CifarForms {
  classes: 10 | 100;
  classNames: readonly string[];
  /** Pictures of each class. */
  perClass: { train: number; test: number };
  binary: { archive: string; sha256: string; bytes: number; folder: string; train: string[]; test: string };
  /** md5 of the pickles by their names, as torchvision checks them. */
  python: { archive: string; sha256: string; folder: string; train: Record<string, string>; test: Record<string, string> };
}

const maxArchiveBytes = 180_000_000;
const maxRawBytes = 190_000_000;

/**
 * CIFAR's layouts: the archive of the binary form, which is the one downloaded; that of the Python form; and both unpacked.
 * Unpacked pickles have published hashes; unpacked binary batches have none. Where bytes are not the published ones, they are
 * read from the set's own folder alone, as not verified, if they have as many pictures of each class as the set.
 */
export function cifarLayouts(forms: CifarForms): Layout[] {
  const { classes, binary, python } = forms;
  const fromBinary = (files: Files, names: string[]) =>
    imagesFromCifar(named(files, names), { classes, labelBytes: classes === 10 ? 1 : 2 });
  const fromPython = (files: Files, names: string[]) => imagesFromCifarPickles(named(files, names), classes);
  const pickles = { train: Object.keys(python.train), test: Object.keys(python.test) };
  const batches = { train: binary.train, test: [binary.test] };
  const loose = (names: Record<string, string | null>) =>
    Object.entries(names).map(([name, md5]) => ({
      name,
      checksum: md5 === null ? null : ({ of: "file", algorithm: "md5", hex: md5 } as const),
      tolerant: true,
      maxFileBytes: maxRawBytes,
      maxRawBytes,
      packed: true,
    }));
  const unpacked = (read: typeof fromBinary, names: Record<string, string | null>, parts: Parts): Layout => ({
    files: loose(names),
    mirrors: [],
    assemble: (files) => requireSizes(forms, { train: read(files, parts.train), test: read(files, parts.test) }),
  });
  const packed = (
    name: string,
    hex: string,
    bytes: number,
    mirrors: string[],
    folder: string,
    parts: Parts,
    read: typeof fromBinary,
  ) => ({
    ...archiveOf(name, { of: "file", algorithm: "sha256", hex }, bytes),
    mirrors,
    async assemble(files: Files) {
      const found = await unpack(files.get(name)!, name, folder, [...parts.train, ...parts.test]);
      return { train: read(found, parts.train), test: read(found, parts.test) };
    },
  });
  const toronto = ["https://www.cs.toronto.edu/~kriz/"];
  const noHash = Object.fromEntries([...batches.train, ...batches.test].map((name) => [name, null]));
  return [
    packed(binary.archive, binary.sha256, binary.bytes, toronto, binary.folder, batches, fromBinary),
    packed(python.archive, python.sha256, maxArchiveBytes, [], python.folder, pickles, fromPython),
    unpacked(fromPython, { ...python.train, ...python.test }, pickles),
    unpacked(fromBinary, noHash, batches),
  ];
}

type Files = ReadonlyMap<string, Uint8Array>;
interface Parts {
  train: string[];
  test: string[];
}

const named = (files: Files, names: string[]) => names.map((name) => ({ name, bytes: files.get(name)! }));

const archiveOf = (name: string, checksum: Checksum, maxFileBytes: number) => ({
  files: [{ name, checksum, maxFileBytes, maxRawBytes, packed: true }],
});

async function unpack(bytes: Uint8Array, name: string, folder: string, wanted: string[]): Promise<Files> {
  const entries = new Map<string, Uint8Array>();
  for await (const entry of readTar(bytes, name, maxRawBytes, (path) => wanted.includes(within(path, folder))))
    entries.set(within(entry.name, folder), entry.bytes);
  const lacking = wanted.find((file) => !entries.has(file));
  if (lacking) throw new Failure("DATASET_CORRUPT", `${name} has no ${folder}/${lacking}.`);
  return entries;
}

const within = (path: string, folder: string) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : "");

/** @throws Failure DATASET_CORRUPT where a class has another number of pictures than in the published set */
function requireSizes({ classes, classNames, perClass }: CifarForms, parts: { train: ImageBytes; test: ImageBytes }) {
  for (const part of ["train", "test"] as const) {
    const counts = countClasses(parts[part].labels, classes);
    const odd = counts.findIndex((n) => n !== perClass[part]);
    if (odd >= 0)
      throw corrupt(
        `The ${part === "train" ? "training" : "test"} set`,
        `has ${counts[odd]} pictures of class ${classNames[odd]}; CIFAR-${classes} has ${perClass[part]}. As a set of your own, put the pictures into folders (data set "Image folder")`,
      );
  }
  return parts;
}
