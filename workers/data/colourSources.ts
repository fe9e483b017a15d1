import { Failure } from "../../contract/failure.ts";
import { cifar10Names, cifar100Names } from "./classNamesOfSets.ts";
import type { DatasetSource, ImageSource, SourceFile } from "./datasetSource.ts";
import { type CifarOptions, type ImageBytes, imagesFromCifar } from "./imageBytes.ts";
import { readTar } from "./readTar.ts";

/**
 * CIFAR's archive of binary batches. Only the archive has a published hash, so unpacked batches alone cannot be told from
 * altered ones and are not taken.
 */
function cifarArchive(
  name: string,
  bytes: number,
  hex: string,
  folder: string,
  parts: { train: string[]; test: string[] },
  options: CifarOptions,
): ImageSource["layouts"][number] {
  const maxRawBytes = 190_000_000;
  const checksum = { of: "file", algorithm: "sha256", hex } as const;
  return {
    files: [{ name, checksum, maxFileBytes: bytes, maxRawBytes, packed: true }],
    mirrors: ["https://www.cs.toronto.edu/~kriz/"],
    async assemble(files) {
      const entries = new Map<string, Uint8Array>();
      const wanted = [...parts.train, ...parts.test].map((file) => `${folder}/${file}`);
      for await (const entry of readTar(files.get(name)!, name, maxRawBytes, (path) => wanted.includes(path)))
        entries.set(entry.name, entry.bytes);
      const read = (names: string[]) =>
        imagesFromCifar(
          names.map((file) => {
            const path = `${folder}/${file}`;
            const found = entries.get(path);
            if (!found) throw new Failure("DATASET_CORRUPT", `${name} has no ${path}.`);
            entries.delete(path);
            return { name: path, bytes: found };
          }),
          options,
        );
      return { train: read(parts.train), test: read(parts.test) };
    },
  };
}

const batches = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);

type Source = Omit<DatasetSource<never, ImageBytes>, "id">;

/** Sets of colour pictures, 3 × 32 × 32. */
export const colourSources = {
  cifar10: {
    title: "CIFAR-10",
    classes: 10,
    classNames: cifar10Names,
    folders: ["cifar10", "cifar-10"],
    systemFolders: [],
    embedded: null,
    layouts: [
      cifarArchive(
        "cifar-10-binary.tar.gz",
        170_052_171,
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        "cifar-10-batches-bin",
        { train: batches, test: ["test_batch.bin"] },
        { classes: 10, labelBytes: 1 },
      ),
    ],
  },
  cifar100: {
    title: "CIFAR-100",
    classes: 100,
    classNames: cifar100Names,
    folders: ["cifar100", "cifar-100"],
    systemFolders: [],
    embedded: null,
    layouts: [
      cifarArchive(
        "cifar-100-binary.tar.gz",
        168_513_733,
        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        "cifar-100-binary",
        { train: ["train.bin"], test: ["test.bin"] },
        { classes: 100, labelBytes: 2 },
      ),
    ],
  },
  // 5,000 losslessly kept images in CIFAR's binary layout; not provable against the official archive, hence its own name.
  "cifar10-lossless-5k": {
    title: "CIFAR-10 lossless 5k",
    classes: 10,
    classNames: cifar10Names,
    folders: ["cifar10-lossless-5k"],
    systemFolders: [],
    embedded: null,
    layouts: [
      {
        files: [
          batchFile("train_4000.bin.gz", 12_292_000, "0993cf8b8e43bc207603aef9787006995746513f5e3fa5a52e06d1b069926330"),
          batchFile("test_1000.bin.gz", 3_073_000, "8314c96d7cd65618193bab23acdd5d4c4af15bf6dd00a1781d55beedf3be1ef5"),
        ],
        mirrors: [],
        assemble(files) {
          const part = (name: string) => imagesFromCifar([{ name, bytes: files.get(name)! }], { classes: 10, labelBytes: 1 });
          return { train: part("train_4000.bin.gz"), test: part("test_1000.bin.gz") };
        },
      },
    ],
  },
} satisfies Record<string, Source>;

function batchFile(name: string, bytes: number, hex: string): SourceFile {
  const checksum = { of: "decompressed", algorithm: "sha256", hex } as const;
  return { name, checksum, maxFileBytes: bytes + 100_000, maxRawBytes: bytes };
}
