import { fileURLToPath } from "node:url";
import type { ImageBytes } from "../formats/imageBytes.ts";
import { type IdxOptions, imagesFromIdx } from "../formats/imageBytes.ts";
import type { DatasetSource, ImageSource, PublishedSet, SourceFile } from "./datasetSource.ts";

/** Published names of MNIST and its relatives: training images and labels, test images and labels. */
export const idxNames = [
  "train-images-idx3-ubyte.gz",
  "train-labels-idx1-ubyte.gz",
  "t10k-images-idx3-ubyte.gz",
  "t10k-labels-idx1-ubyte.gz",
] as const;

/** As archives of Kaggle and old unpackers name them: with a dot, or in a folder of their own name. */
const idxAliases = (name: string): string[] => {
  const bare = name.replace(/\.gz$/, "");
  return [name.replace("-idx", ".idx"), `${bare}/${bare}`];
};

/** Files whose decompressed bytes have a published hash. */
const idxFiles = (published: [bytes: number, sha256: string][]): SourceFile[] =>
  published.map(([bytes, hex], at) => ({
    name: idxNames[at],
    aliases: idxAliases(idxNames[at]),
    checksum: { of: "decompressed", algorithm: "sha256", hex },
    maxFileBytes: bytes + 100_000,
    maxRawBytes: bytes,
  }));

/** Reads the four files of MNIST's layout, named in the order of `idxNames`. */
const idxReader =
  (names: readonly string[], options: IdxOptions): ImageSource["layouts"][number]["assemble"] =>
  (files) => {
    const read = (images: string, labels: string): ImageBytes =>
      imagesFromIdx(files.get(images)!, files.get(labels)!, [images, labels], options);
    return { train: read(names[0], names[1]), test: read(names[2], names[3]) };
  };
const readDigits = idxReader(idxNames, { classes: 10 });

/**
 * EMNIST comes as one zip of 562 MB, of which two loaders give hashes of different dates: its files are taken unpacked from
 * a folder, unverified, and refused where sizes or labels are not EMNIST's. They hold each picture column by column.
 */
function emnist(split: "balanced" | "letters", classes: number, firstLabel: number): ImageSource["layouts"][number] {
  const largest = { images: 16 + 124_800 * 784, labels: 8 + 124_800 };
  const names = ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"].map(
    (part) => `emnist-${split}-${part}-ubyte.gz`,
  );
  return {
    files: names.map((name) => {
      const bytes = name.includes("images") ? largest.images : largest.labels;
      return { name, aliases: idxAliases(name), checksum: null, maxFileBytes: bytes, maxRawBytes: bytes };
    }),
    mirrors: [],
    assemble: idxReader(names, { classes, firstLabel, transposed: true, side: 28 }),
  };
}
/** A set's folder, and where torchvision unpacks it, in the data-set folder or in the set's. */
const torchFolders = (own: string, torch: string) => [own, torch, `${torch}/raw`, `${own}/raw`, `${own}/${torch}/raw`];
const emnistFolders = ["emnist", "emnist/gzip", "EMNIST", "EMNIST/raw", "gzip"];

type Source = Omit<DatasetSource<never, ImageBytes>, keyof PublishedSet>;

/** Sets of grey pictures, 28 × 28. */
export const greySources = {
  // The first 200 training and 50 test images a class, in file order; made by makeFashionMnistMini.ts.
  "fashion-mnist-mini": {
    folders: ["fashion-mnist-mini"],
    systemFolders: [],
    embedded: fileURLToPath(new URL("vendored/fashion-mnist-mini/", import.meta.url)),
    layouts: [
      {
        files: idxFiles([
          [1_568_016, "a724cd72799a6b1c3a81c4263865a75a73bb6473673b3394e34adf222930f19e"],
          [2_008, "4738fd437c0f8d6498ae7f6f5c86f1cc3c878d4116ff169fc5635bd6847899cc"],
          [392_016, "8fdf02ada67d92f4db5ba3c2f6c5b1cc6186ba6e0efd4914661e4389e103b81e"],
          [508, "9c71808b3a0ebfc091442c0009a7aa35be2d9622bf6aaf6891ce9a0088e96c07"],
        ]),
        mirrors: [],
        assemble: readDigits,
      },
    ],
  },
  "fashion-mnist": {
    folders: torchFolders("fashion-mnist", "FashionMNIST"),
    systemFolders: ["/usr/share/datasets/fashion-mnist"], // Debian's dataset-fashion-mnist
    embedded: null,
    layouts: [
      {
        files: idxFiles([
          [47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"],
          [60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"],
          [7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"],
          [10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"],
        ]),
        mirrors: ["https://storage.googleapis.com/tensorflow/tf-keras-datasets/"],
        assemble: readDigits,
      },
    ],
  },
  mnist: {
    folders: torchFolders("mnist", "MNIST"),
    systemFolders: [],
    embedded: null,
    layouts: [
      {
        files: idxFiles([
          [47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"],
          [60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"],
          [7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"],
          [10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"],
        ]),
        mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
        assemble: readDigits,
      },
    ],
  },
  // Only the zipped files have published hashes, so unzipped ones are not taken.
  kmnist: {
    folders: torchFolders("kmnist", "KMNIST"),
    systemFolders: [],
    embedded: null,
    layouts: [
      {
        files: [
          zippedFile(0, 18_165_135, 47_040_016, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
          zippedFile(1, 29_497, 60_008, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
          zippedFile(2, 3_041_136, 7_840_016, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
          zippedFile(3, 5_120, 10_008, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        ],
        mirrors: ["https://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
        assemble: readDigits,
      },
    ],
  },
  "emnist-balanced": {
    folders: emnistFolders,
    systemFolders: [],
    embedded: null,
    layouts: [emnist("balanced", 47, 0)],
  },
  "emnist-letters": {
    folders: emnistFolders,
    systemFolders: [],
    embedded: null,
    layouts: [emnist("letters", 26, 1)],
  },
} satisfies Record<string, Source>;

function zippedFile(at: number, bytes: number, maxRawBytes: number, hex: string): SourceFile {
  return {
    name: idxNames[at],
    aliases: [idxNames[at].replace("-idx", ".idx")],
    checksum: { of: "file", algorithm: "sha256", hex },
    maxFileBytes: bytes,
    maxRawBytes,
  };
}
