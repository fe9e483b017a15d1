import { type ClassCounts, publishedSizes } from "../../../contract/data/datasetSizes.ts";
import { type ImageBytes, imagesFromCifar } from "../formats/imageBytes.ts";
import { cifarLayouts } from "./cifarLayouts.ts";
import type { DatasetSource, PublishedSet, SourceFile } from "./datasetSource.ts";

const batches = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);

type Source = Omit<DatasetSource<never, ImageBytes>, keyof PublishedSet>;

/** Where people keep it: by the set's names, with or without the folder that an archive unpacks to. */
const cifarFolders = (names: string[], unpacked: string[]) => [
  ...names,
  ...unpacked,
  ...names.flatMap((name) => unpacked.map((folder) => `${name}/${folder}`)),
];

/** Of a set whose classes are of one size. */
const ofEachClass = ({ names, train, test }: Required<ClassCounts>) => ({
  classNames: names,
  perClass: { train: train[0] ?? 0, test: test[0] ?? 0 },
});

/** Sets of colour pictures, 3 × 32 × 32. */
export const colourSources = {
  cifar10: {
    folders: cifarFolders(["cifar10", "cifar-10", "CIFAR10", "CIFAR-10"], ["cifar-10-batches-py", "cifar-10-batches-bin"]),
    systemFolders: [],
    embedded: null,
    layouts: cifarLayouts({
      classes: 10,
      ...ofEachClass(publishedSizes.cifar10),
      binary: {
        archive: "cifar-10-binary.tar.gz",
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        bytes: 170_052_171,
        folder: "cifar-10-batches-bin",
        train: batches,
        test: "test_batch.bin",
      },
      python: {
        archive: "cifar-10-python.tar.gz",
        sha256: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        folder: "cifar-10-batches-py",
        train: {
          data_batch_1: "c99cafc152244af753f735de768cd75f",
          data_batch_2: "d4bba439e000b95fd0a9bffe97cbabec",
          data_batch_3: "54ebc095f3ab1f0389bbae665268c751",
          data_batch_4: "634d18415352ddfa80567beed471001a",
          data_batch_5: "482c414d41f54cd18b22e5b47cb7c3cb",
        },
        test: { test_batch: "40351d587109b95175f43aff81a1287e" },
      },
    }),
  },
  cifar100: {
    folders: cifarFolders(["cifar100", "cifar-100", "CIFAR100", "CIFAR-100"], ["cifar-100-python", "cifar-100-binary"]),
    systemFolders: [],
    embedded: null,
    layouts: cifarLayouts({
      classes: 100,
      ...ofEachClass(publishedSizes.cifar100),
      binary: {
        archive: "cifar-100-binary.tar.gz",
        sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        bytes: 168_513_733,
        folder: "cifar-100-binary",
        train: ["train.bin"],
        test: "test.bin",
      },
      python: {
        archive: "cifar-100-python.tar.gz",
        sha256: "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        folder: "cifar-100-python",
        train: { train: "16019d7e3df5f24257cddd939b257f8d" },
        test: { test: "f0ef6b0ae62326f3e7ffdfab6717acfc" },
      },
    }),
  },
  // 5,000 losslessly kept images in CIFAR's binary layout; not provable against the official archive, hence its own name.
  "cifar10-lossless-5k": {
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
