import { createHash } from "node:crypto";
import type { TextDatasetConfig } from "../../../contract/data/datasetConfig.ts";
import { countClasses, type Dataset, namesAndWarnings, type SampleSet } from "../dataset.ts";
import type { LabelledTexts } from "../formats/labelledTexts.ts";
import { addLabelNoise } from "./addLabelNoise.ts";
import { chooseSamples } from "./chooseSamples.ts";
import { sharedWarning } from "./sharedSamples.ts";
import { textWarnings, unknownWarnings } from "./textWarnings.ts";
import { cutWords, encode, makeVocabulary, specialWords } from "./tokenize.ts";

/** What is known of a text set besides its texts. */
interface AboutTexts {
  title: string;
  classes: number;
  source: string;
  classNames: readonly string[];
  /** A sentence about its classes and its split. */
  about: string;
  /** What was passed over, or looks like a mistake. */
  warnings?: readonly string[];
  /** A person's own, in whatever language: words that no blanks part are cut, and texts are looked at for mistakes. */
  own?: boolean;
}

/** How a network trained on another text set reads: its numbers of words, and its tokens a text. */
export interface TrainedReading {
  vocabulary: ReadonlyMap<string, number>;
  length: number;
}

/**
 * Texts as word numbers: the samples the config asks for, with its label noise, and a vocabulary made of the training
 * samples used alone, or that of a network already trained. The hash is of the texts used, in UTF-8, of the labels trained on,
 * and of how words are cut where no blanks part them; the vocabulary follows from these and the config.
 * @throws Failure INVALID if a class has fewer samples than asked for
 */
export function prepareTexts(
  config: TextDatasetConfig,
  set: AboutTexts,
  allTrain: LabelledTexts,
  allTest: LabelledTexts,
  reading?: TrainedReading,
): Dataset {
  const { title, classes, classNames, own = false } = set;
  const { trainPerClass, testPerClass, imbalance, largeClasses } = config;
  const maxLength = reading?.length ?? config.maxLength;
  const choice = { perClass: trainPerClass, imbalance, largeClasses };
  const chosen = chooseSamples(allTrain.labels, classes, choice, `${title}'s training set`, classNames);
  const ofTest = { perClass: testPerClass };
  const chosenTest = chooseSamples(allTest.labels, classes, ofTest, `${title}'s test set`, classNames);
  const train = take(allTrain, chosen.rows);
  const test = take(allTest, chosenTest.rows);
  const noise = addLabelNoise(train.labels, classes, config.labelNoise);
  const vocabulary = reading?.vocabulary ?? makeVocabulary(train.texts, maxLength - 1, config.vocabulary, own);
  const cut = own && [train, test].some(({ texts }) => texts.some(cutWords));
  const input = { kind: "text" as const, length: maxLength, vocabulary: vocabulary.size };
  const encoded = { train: encodeAll(train.texts, noise.labels), test: encodeAll(test.texts, test.labels) };

  function encodeAll(texts: string[], labels: Uint16Array): SampleSet & { unknown: number; words: number; full: number } {
    const inputs = new Float32Array(texts.length * maxLength);
    let [unknown, words, full] = [0, 0, 0];
    texts.forEach((text, i) => {
      const found = encode(text, vocabulary, inputs.subarray(i * maxLength, (i + 1) * maxLength), own);
      unknown += found.unknown;
      words += found.words;
      if (found.words === maxLength - 1) full++;
    });
    return { count: texts.length, inputs, labels, unknown: words === 0 ? 0 : unknown / words, words, full: full / texts.length };
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const known = reading
    ? `Vocabulary: the ${vocabulary.size} words of the network's own training set`
    : `Vocabulary: the ${vocabulary.size - specialWords.length} most frequent words of the ${train.texts.length} training texts used, after ${specialWords.join(", ")}`;
  const words = `Inputs are word numbers: lower case, each punctuation mark a word of its own, at most ${maxLength - 1} words per text (${percent(encoded.train.full)} of the training texts fill them), padded on the left, <cls> last. ${known}; unknown are ${percent(encoded.train.unknown)} of the words in training, ${percent(encoded.test.unknown)} in test.`;
  const { train: trainSet, test: testSet } = encoded;
  const warnings = [
    ...(set.warnings ?? []),
    ...(own ? textWarnings([...train.texts, ...test.texts], Uint16Array.from([...train.labels, ...test.labels])) : []),
    ...sharedWarning(train.texts, test.texts, "texts"),
    ...unknownWarnings(trainSet, testSet),
  ];
  return {
    resolved: {
      id: config.id,
      source: set.source.slice(0, 500),
      hash: hashOf(
        [
          { texts: train.texts, labels: noise.labels },
          { texts: test.texts, labels: test.labels },
        ],
        cut,
      ),
      classes,
      inputDimension: maxLength,
      input,
      trainCounts: countClasses(trainSet.labels, classes),
      testCounts: countClasses(testSet.labels, classes),
      ...namesAndWarnings({ classNames, warnings }),
    },
    classes,
    dimension: maxLength,
    input,
    pixel: null,
    vocabulary,
    train: { count: trainSet.count, inputs: trainSet.inputs, labels: trainSet.labels },
    test: { count: testSet.count, inputs: testSet.inputs, labels: testSet.labels },
    preparation: [set.about, chosen.said, chosenTest.said, noise.said, words].filter((text) => text !== "").join(" "),
  };
}

const take = ({ texts, labels }: LabelledTexts, rows: Uint32Array): LabelledTexts => ({
  texts: Array.from(rows, (i) => texts[i]),
  labels: Uint16Array.from(rows, (i) => labels[i]),
});

/** sha256 of lines `class<TAB>text`, an empty line after each part, and a last one where words are cut. */
function hashOf(parts: LabelledTexts[], cut: boolean): string {
  const hash = createHash("sha256");
  for (const { texts, labels } of parts) {
    texts.forEach((text, i) => {
      hash.update(`${labels[i]}\t${text}\n`);
    });
    hash.update("\n");
  }
  if (cut) hash.update("words cut by Intl.Segmenter\n");
  return hash.digest("hex");
}
