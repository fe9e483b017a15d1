import { type LabelledTexts, parseLabelledLines } from "../formats/labelledTexts.ts";
import { readZip } from "../formats/readZip.ts";
import { readLines } from "../formats/textLines.ts";
import type { Layout } from "./datasetSource.ts";

const table = "sentence-polarity.tsv.gz";
const archive = "sentence_polarity.zip";
const maxTableBytes = 1_500_000;

/** The layouts of the sentence polarity set: a table `label<TAB>text`, or the archive that NLTK publishes. */
export const sentencePolarityLayouts: Layout<{ train: LabelledTexts; test: LabelledTexts }>[] = [
  {
    files: [
      {
        name: table,
        checksum: {
          of: "decompressed",
          algorithm: "sha256",
          hex: "cc16757c2e47caa56355eae934a0bdccf33c09de904625b61871ce7fd453315c",
        },
        maxFileBytes: maxTableBytes,
        maxRawBytes: maxTableBytes,
      },
    ],
    mirrors: [],
    assemble: (files) => splitLastFifth(parseLabelledLines(files.get(table)!, table, ["0", "1"])),
  },
  {
    files: [
      {
        name: archive,
        checksum: {
          of: "file",
          algorithm: "sha256",
          hex: "6e1ed4405b65c7eabf1d199a7f7c437091ac21da0ea7467b410a74062574566b",
        },
        maxFileBytes: 490_256,
        maxRawBytes: 490_256,
        packed: true,
      },
    ],
    mirrors: ["https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora/"],
    assemble: (files) => splitLastFifth(polarityOfArchive(files.get(archive)!, archive)),
  },
];

/** Positive sentences first, as in the table. */
export function polarityOfArchive(bytes: Uint8Array, name: string): LabelledTexts {
  const [positive, negative] = ["sentence_polarity/rt-polarity.pos", "sentence_polarity/rt-polarity.neg"];
  const files = readZip(bytes, name, [positive, negative], maxTableBytes);
  const read = (file: string) => Array.from(readLines(files.get(file)!, `${name}, ${file}`), ({ text }) => text.trim());
  const [good, bad] = [read(positive), read(negative)];
  return { texts: [...good, ...bad], labels: Uint16Array.from([...good.map(() => 1), ...bad.map(() => 0)]) };
}

/** There is no published split: here the last fifth of each class, in file order, is the test set (1,066 of 5,331). */
export function splitLastFifth({ texts, labels }: LabelledTexts): { train: LabelledTexts; test: LabelledTexts } {
  const sizes = [0, 0];
  for (const label of labels) sizes[label]++;
  const kept = sizes.map((size) => size - Math.floor(size / 5));
  const seen = [0, 0];
  const rows = { train: [] as number[], test: [] as number[] };
  labels.forEach((label, i) => {
    (seen[label]++ < kept[label] ? rows.train : rows.test).push(i);
  });
  const part = (of: number[]) => ({ texts: of.map((i) => texts[i]), labels: Uint16Array.from(of, (i) => labels[i]) });
  return { train: part(rows.train), test: part(rows.test) };
}
