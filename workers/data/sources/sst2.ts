import { Failure } from "../../../contract/failure.ts";
import type { LabelledTexts } from "../formats/labelledTexts.ts";
import { readZip } from "../formats/readZip.ts";
import { readLines } from "../formats/textLines.ts";
import type { Layout } from "./datasetSource.ts";

const archive = "SST-2.zip";
const maxTableBytes = 20_000_000;

/**
 * The layouts of SST-2 as GLUE publishes it: the archive, or its tables train.tsv and dev.tsv; the sentences of its own
 * test set have no published labels, so dev.tsv is the test set. Only the archive has a published hash: tables alone are
 * checked by their number of sentences.
 */
export function sst2Layouts(sizes: { train: number; dev: number }): Layout<{ train: LabelledTexts; test: LabelledTexts }>[] {
  const table = (name: string) => ({ name, checksum: null, maxFileBytes: maxTableBytes, maxRawBytes: maxTableBytes });
  return [
    {
      files: [table("train.tsv"), table("dev.tsv")],
      mirrors: [],
      assemble: (files) => ({
        train: parseSst2(files.get("train.tsv")!, "train.tsv", sizes.train),
        test: parseSst2(files.get("dev.tsv")!, "dev.tsv", sizes.dev),
      }),
    },
    {
      files: [
        {
          name: archive,
          checksum: { of: "file", algorithm: "md5", hex: "9f81648d4199384278b86e315dac217c" },
          maxFileBytes: maxTableBytes,
          maxRawBytes: maxTableBytes,
          packed: true,
        },
      ],
      mirrors: ["https://dl.fbaipublicfiles.com/glue/data/"],
      assemble(files) {
        const [train, dev] = ["SST-2/train.tsv", "SST-2/dev.tsv"];
        const tables = readZip(files.get(archive)!, archive, [train, dev], maxTableBytes);
        return {
          train: parseSst2(tables.get(train)!, `${archive}, ${train}`, sizes.train),
          test: parseSst2(tables.get(dev)!, `${archive}, ${dev}`, sizes.dev),
        };
      },
    },
  ];
}

/**
 * A table with the header `sentence<TAB>label` and labels 0 (negative) and 1 (positive).
 * @throws Failure DATASET_CORRUPT naming file, line and what was expected
 */
function parseSst2(bytes: Uint8Array, name: string, count: number): LabelledTexts {
  const texts: string[] = [];
  const labels: number[] = [];
  for (const { text, number } of readLines(bytes, name)) {
    const corrupt = (what: string) => new Failure("DATASET_CORRUPT", `${name}, line ${number}: ${what}.`);
    const shown = JSON.stringify(text.slice(0, 60));
    if (number === 1) {
      if (text !== "sentence\tlabel") throw corrupt(`expected the header "sentence<TAB>label", found ${shown}`);
      continue;
    }
    const tab = text.lastIndexOf("\t");
    const label = text.slice(tab + 1);
    if (tab < 0 || (label !== "0" && label !== "1"))
      throw corrupt(`expected "sentence<TAB>0" or "sentence<TAB>1", found ${shown}`);
    texts.push(text.slice(0, tab).trim());
    labels.push(Number(label));
  }
  if (texts.length !== count)
    throw new Failure("DATASET_CORRUPT", `${name} has ${texts.length} sentences; SST-2 has ${count} there.`);
  return { texts, labels: Uint16Array.from(labels) };
}
