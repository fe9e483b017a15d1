import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../contract/failure.ts";
import { corrupt, reasonOf } from "../formats/fileFaults.ts";
import type { LabelledTexts } from "../formats/labelledTexts.ts";
import { readBytes } from "../formats/readFolder.ts";
import { readTar } from "../formats/readTar.ts";
import { otherThanUtf8 } from "../formats/textEncoding.ts";
import type { Layout } from "./datasetSource.ts";

const archive = "aclImdb_v1.tar.gz";
const archiveBytes = 84_125_825;
const maxUnpackedBytes = 600_000_000;
const maxReviewBytes = 1_000_000;

/** Folders of the published layout; negative reviews are class 0. */
const folders = ["train/neg", "train/pos", "test/neg", "test/pos"] as const;
type Folder = (typeof folders)[number];

interface Review {
  id: number;
  text: string;
}

/**
 * The layouts of IMDB's reviews as published: the archive (verified by its hash, unpacked as it is read), or the folders
 * train/ and test/ with neg/ and pos/ in each, checked by their number of reviews. Reviews are in the order of their
 * numbers in both.
 * @param perFolder reviews in each folder
 */
export function imdbLayouts(perFolder: number): Layout<{ train: LabelledTexts; test: LabelledTexts }>[] {
  return [
    {
      files: [
        {
          name: archive,
          checksum: {
            of: "file",
            algorithm: "sha256",
            hex: "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
          },
          maxFileBytes: archiveBytes,
          maxRawBytes: archiveBytes,
          packed: true,
        },
      ],
      mirrors: ["https://ai.stanford.edu/~amaas/data/sentiment/"],
      assemble: async (files) => joinReviews(await reviewsOfArchive(files.get(archive)!, archive), perFolder, archive),
    },
    {
      files: [],
      directories: [...folders],
      mirrors: [],
      assemble: async (_, path) => joinReviews(await reviewsOfFolders(path, perFolder), perFolder, path),
    },
  ];
}

/** Reviews of the archive, without those that have no label. */
export async function reviewsOfArchive(bytes: Uint8Array, name: string): Promise<Map<Folder, Review[]>> {
  const reviews = emptyFolders();
  for await (const entry of readTar(bytes, name, maxUnpackedBytes, (path) => place(path) !== null)) {
    const { folder, id } = place(entry.name)!;
    reviews.get(folder)!.push({ id, text: clean(entry.bytes, `${name}, ${entry.name}`) });
  }
  return reviews;
}

async function reviewsOfFolders(path: string, perFolder: number): Promise<Map<Folder, Review[]>> {
  const reviews = emptyFolders();
  for (const folder of folders) {
    const entries = await readdir(join(path, folder)).catch((error) => {
      throw corrupt(join(path, folder), reasonOf(error));
    });
    const names = entries.filter((name) => place(`${folder}/${name}`) !== null);
    if (names.length !== perFolder) throw wrongCount(path, folder, names.length, perFolder);
    for (let from = 0; from < names.length; from += 64)
      reviews.get(folder)!.push(
        ...(await Promise.all(
          names.slice(from, from + 64).map(async (name) => {
            const file = join(path, folder, name);
            return { id: place(`${folder}/${name}`)!.id, text: clean(await readBytes(file, file, maxReviewBytes), file) };
          }),
        )),
      );
  }
  return reviews;
}

const emptyFolders = () => new Map<Folder, Review[]>(folders.map((folder) => [folder, []]));

/** Folder and number of a review, from a path that ends in `train/pos/<number>_<stars>.txt`. */
function place(path: string): { folder: Folder; id: number } | null {
  const match = /(?:^|\/)((?:train|test)\/(?:neg|pos))\/(\d+)_\d+\.txt$/.exec(path);
  return match && { folder: match[1] as Folder, id: Number(match[2]) };
}

/** The text of a review; its line breaks are HTML. */
function clean(bytes: Uint8Array, name: string): string {
  if (bytes.length > maxReviewBytes)
    throw new Failure("DATASET_CORRUPT", `${name} has ${bytes.length} bytes; a review has at most ${maxReviewBytes}.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("<br />", " ").replaceAll("\n", " ");
  } catch {
    throw corrupt(name, `is not UTF-8 text: it is ${otherThanUtf8(bytes)?.is}`);
  }
}

function joinReviews(reviews: Map<Folder, Review[]>, perFolder: number, name: string) {
  const part = (negative: Folder, positive: Folder): LabelledTexts => {
    const both = [negative, positive].map((folder) => {
      const found = reviews.get(folder)!;
      if (found.length !== perFolder) throw wrongCount(name, folder, found.length, perFolder);
      return found.sort((a, b) => a.id - b.id);
    });
    return {
      texts: both.flatMap((half) => half.map((review) => review.text)),
      labels: Uint16Array.from({ length: 2 * perFolder }, (_, i) => (i < perFolder ? 0 : 1)),
    };
  };
  return { train: part("train/neg", "train/pos"), test: part("test/neg", "test/pos") };
}

const wrongCount = (where: string, folder: string, found: number, expected: number) =>
  new Failure("DATASET_CORRUPT", `${where} has ${found} reviews <number>_<stars>.txt in ${folder}/; expected ${expected}.`);
