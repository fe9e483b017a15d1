import { fileURLToPath } from "node:url";
import type { ImageDatasetId } from "../../contract/datasetConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { imagesFromCifar, imagesFromIdx } from "./imageBytes.ts";
import type { ImageSource, SourceFile } from "./imageSource.ts";
import { readTar } from "./readTar.ts";

/** Published names of MNIST and its relatives: training images and labels, test images and labels. */
export const idxNames = [
  "train-images-idx3-ubyte.gz",
  "train-labels-idx1-ubyte.gz",
  "t10k-images-idx3-ubyte.gz",
  "t10k-labels-idx1-ubyte.gz",
] as const;

const idxFiles = (published: [bytes: number, sha256: string][]): SourceFile[] =>
  published.map(([bytes, sha256], at) => ({
    name: idxNames[at],
    sha256,
    hashed: "decompressed",
    bytes,
    maxFileBytes: bytes + 100_000,
    maxRawBytes: bytes,
  }));

const assembleIdx: ImageSource["assemble"] = (files) => {
  const [trainImages, trainLabels, testImages, testLabels] = idxNames;
  return {
    train: imagesFromIdx(files.get(trainImages)!, files.get(trainLabels)!, [trainImages, trainLabels]),
    test: imagesFromIdx(files.get(testImages)!, files.get(testLabels)!, [testImages, testLabels]),
  };
};

const cifarArchive = "cifar-10-binary.tar.gz";

const sources: Record<ImageDatasetId, Omit<ImageSource, "id">> = {
  // The first 200 training and 50 test images a class, in file order; made by makeFashionMnistMini.ts.
  "fashion-mnist-mini": {
    title: "Fashion-MNIST-mini",
    classes: 10,
    files: idxFiles([
      [1_568_016, "a724cd72799a6b1c3a81c4263865a75a73bb6473673b3394e34adf222930f19e"],
      [2_008, "4738fd437c0f8d6498ae7f6f5c86f1cc3c878d4116ff169fc5635bd6847899cc"],
      [392_016, "8fdf02ada67d92f4db5ba3c2f6c5b1cc6186ba6e0efd4914661e4389e103b81e"],
      [508, "9c71808b3a0ebfc091442c0009a7aa35be2d9622bf6aaf6891ce9a0088e96c07"],
    ]),
    folders: ["fashion-mnist-mini"],
    systemFolders: [],
    embedded: fileURLToPath(new URL("vendored/fashion-mnist-mini/", import.meta.url)),
    mirrors: [],
    assemble: assembleIdx,
  },
  "fashion-mnist": {
    title: "Fashion-MNIST",
    classes: 10,
    files: idxFiles([
      [47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"],
      [60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"],
      [7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"],
      [10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"],
    ]),
    folders: ["fashion-mnist", "FashionMNIST", "FashionMNIST/raw"],
    systemFolders: ["/usr/share/datasets/fashion-mnist"], // Debian's dataset-fashion-mnist
    embedded: null,
    mirrors: ["https://storage.googleapis.com/tensorflow/tf-keras-datasets/"],
    assemble: assembleIdx,
  },
  mnist: {
    title: "MNIST",
    classes: 10,
    files: idxFiles([
      [47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"],
      [60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"],
      [7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"],
      [10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"],
    ]),
    folders: ["mnist", "MNIST", "MNIST/raw"],
    systemFolders: [],
    embedded: null,
    mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
    assemble: assembleIdx,
  },
  // Only the archive has a published hash, so unpacked batches alone cannot be told from altered ones and are not taken.
  cifar10: {
    title: "CIFAR-10",
    classes: 10,
    files: [
      {
        name: cifarArchive,
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        hashed: "file",
        bytes: 170_052_171,
        maxFileBytes: 170_052_171,
        maxRawBytes: 190_000_000,
      },
    ],
    folders: ["cifar10", "cifar-10", "cifar-10-batches-bin"],
    systemFolders: [],
    embedded: null,
    mirrors: ["https://www.cs.toronto.edu/~kriz/"],
    assemble(files) {
      const entries = readTar(files.get(cifarArchive)!, cifarArchive);
      const batch = (file: string) => {
        const name = `cifar-10-batches-bin/${file}`;
        const bytes = entries.get(name);
        if (!bytes) throw new Failure("DATASET_CORRUPT", `${cifarArchive} has no ${name}.`);
        return { name, bytes };
      };
      return {
        train: imagesFromCifar([1, 2, 3, 4, 5].map((n) => batch(`data_batch_${n}.bin`))),
        test: imagesFromCifar([batch("test_batch.bin")]),
      };
    },
  },
  // 5,000 losslessly kept images in CIFAR's binary layout; not provable against the official archive, hence its own name.
  "cifar10-lossless-5k": {
    title: "CIFAR-10 lossless 5k",
    classes: 10,
    files: [
      cifarPart("train_4000.bin.gz", 12_292_000, "0993cf8b8e43bc207603aef9787006995746513f5e3fa5a52e06d1b069926330"),
      cifarPart("test_1000.bin.gz", 3_073_000, "8314c96d7cd65618193bab23acdd5d4c4af15bf6dd00a1781d55beedf3be1ef5"),
    ],
    folders: ["cifar10-lossless-5k"],
    systemFolders: [],
    embedded: null,
    mirrors: [],
    assemble(files) {
      const part = (name: string) => imagesFromCifar([{ name, bytes: files.get(name)! }]);
      return { train: part("train_4000.bin.gz"), test: part("test_1000.bin.gz") };
    },
  },
};

function cifarPart(name: string, bytes: number, sha256: string): SourceFile {
  return { name, sha256, hashed: "decompressed", bytes, maxFileBytes: bytes + 100_000, maxRawBytes: bytes };
}

export const imageSources: ImageSource[] = Object.entries(sources).map(([id, source]) => ({
  id: id as ImageDatasetId,
  ...source,
}));

export const imageSource = (id: ImageDatasetId): ImageSource => imageSources.find((source) => source.id === id)!;
