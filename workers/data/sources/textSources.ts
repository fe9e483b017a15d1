import { opinions } from "../../../contract/data/classNamesOfSets.ts";
import { type TextDatasetId, textDatasetIds } from "../../../contract/data/datasetConfig.ts";
import type { TextSource } from "./datasetSource.ts";
import { imdbLayouts } from "./imdb.ts";
import { sentencePolarityLayouts } from "./sentencePolarity.ts";
import { sst2Layouts } from "./sst2.ts";

const nowhere = { systemFolders: [], embedded: null };

const sources: Record<TextDatasetId, Omit<TextSource, "id">> = {
  "sentence-polarity": {
    title: "Sentence polarity",
    classes: 2,
    classNames: opinions,
    about:
      "Class 0 is negative, class 1 positive. There is no published split: the last fifth of each class in file order (1,066 sentences) is the test set.",
    folders: ["sentence-polarity", "sentence_polarity"],
    ...nowhere,
    layouts: sentencePolarityLayouts,
  },
  imdb: {
    title: "IMDB",
    classes: 2,
    classNames: opinions,
    about: "Class 0 is negative, class 1 positive; reviews are in the order of their numbers, HTML line breaks are spaces.",
    folders: ["imdb", "aclImdb", "imdb/aclImdb"],
    ...nowhere,
    layouts: imdbLayouts(12_500),
  },
  sst2: {
    title: "SST-2",
    classes: 2,
    classNames: opinions,
    about: "Class 0 is negative, class 1 positive; the test set is GLUE's dev.tsv.",
    folders: ["sst2", "SST-2", "sst2/SST-2"],
    ...nowhere,
    layouts: sst2Layouts({ train: 67_349, dev: 872 }),
  },
};

/** Every published text set. */
export const textSources: TextSource[] = textDatasetIds.map((id) => ({ id, ...sources[id] }));

export const textSource = (id: TextDatasetId): TextSource => ({ id, ...sources[id] });
