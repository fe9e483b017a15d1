import { type TextDatasetId, textDatasetIds } from "../../../contract/data/datasetConfig.ts";
import { publishedSizes } from "../../../contract/data/datasetSizes.ts";
import { type PublishedSet, publishedSet, type TextSource } from "./datasetSource.ts";
import { imdbLayouts } from "./imdb.ts";
import { sentencePolarityLayouts } from "./sentencePolarity.ts";
import { sst2Layouts } from "./sst2.ts";

const total = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0);
const nowhere = { systemFolders: [], embedded: null };

const sources: Record<TextDatasetId, Omit<TextSource, keyof PublishedSet>> = {
  "sentence-polarity": {
    about:
      "Class 0 is negative, class 1 positive. There is no published split: the last fifth of each class in file order (1,066 sentences) is the test set.",
    folders: ["sentence-polarity", "sentence_polarity"],
    ...nowhere,
    layouts: sentencePolarityLayouts,
  },
  imdb: {
    about: "Class 0 is negative, class 1 positive; reviews are in the order of their numbers, HTML line breaks are spaces.",
    folders: ["imdb", "aclImdb", "imdb/aclImdb"],
    ...nowhere,
    layouts: imdbLayouts(publishedSizes.imdb.train[0] ?? 0),
  },
  sst2: {
    about: "Class 0 is negative, class 1 positive; the test set is GLUE's dev.tsv.",
    folders: ["sst2", "SST-2", "sst2/SST-2"],
    ...nowhere,
    layouts: sst2Layouts({ train: total(publishedSizes.sst2.train), dev: total(publishedSizes.sst2.test) }),
  },
};

export const textSource = (id: TextDatasetId): TextSource => ({ ...publishedSet(id), ...sources[id] });

/** Every published text set. */
export const textSources: TextSource[] = textDatasetIds.map((id) => textSource(id));
