import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { datasetConfig, type TextDatasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { prepareTexts } from "../../../../../workers/data/prepare/prepareTexts.ts";
import { encode, makeVocabulary, tokenize } from "../../../../../workers/data/prepare/tokenize.ts";
import { loadDataset } from "../../../../../workers/data/resolve/loadDataset.ts";

describe("words", () => {
  test("lower case, apostrophes within words, punctuation apart, spaces and control characters dropped", () => {
    expect(tokenize("It’s NOT 'good', J.R.R. ¡ladrón! 21st\u0097century\n $5 🙂", 99)).toEqual([
      ..."it's not ' good ' , j . r . r . ¡ ladrón ! 21st century $ 5 🙂".split(" "),
    ]);
    expect(tokenize("cafe\u0301", 9)).toEqual(["café"]); // composed
    expect(tokenize("a b c", 2)).toEqual(["a", "b"]);
    expect(tokenize("a b c", 0)).toEqual([]);
  });

  test("a vocabulary: special words, then by count, then by letters; only words that reach the network count", () => {
    const words = (texts: string[], limit: number, size: number) => [...makeVocabulary(texts, limit, size).keys()];
    const texts = ["b b a c", "c b z z z z"];
    expect(words(texts, 4, 99)).toEqual(["<pad>", "<unk>", "<cls>", "b", "c", "z", "a"]);
    expect(words(texts, 4, 5)).toEqual(["<pad>", "<unk>", "<cls>", "b", "c"]);
    expect(words(texts, 2, 99)).toEqual(["<pad>", "<unk>", "<cls>", "b", "c"]);
  });

  test("a row: padded on the left, cut at the end, <cls> last", () => {
    const vocabulary = makeVocabulary(["a a b"], 9, 99); // a = 3, b = 4
    const row = (text: string) => {
      const numbers = new Float32Array(4).fill(7);
      const found = encode(text, vocabulary, numbers);
      return { numbers: [...numbers], ...found };
    };
    expect(row("b")).toEqual({ numbers: [0, 0, 4, 2], unknown: 0, words: 1 });
    expect(row("a b a b a")).toEqual({ numbers: [3, 4, 3, 2], unknown: 0, words: 3 });
    expect(row("b new a")).toEqual({ numbers: [4, 1, 3, 2], unknown: 1, words: 3 });
    expect(row(" ")).toEqual({ numbers: [0, 0, 0, 2], unknown: 0, words: 0 });
  });
});

describe("texts as inputs", () => {
  const config = (more: object) => datasetConfig.parse({ id: "sentence-polarity", maxLength: 4, ...more }) as TextDatasetConfig;
  const about = { title: "Set", classes: 2, classNames: ["bad", "good"], source: "here", about: "About." };
  const train = { texts: ["bad film", "good film", "late word", "good good"], labels: Uint16Array.of(0, 1, 0, 1) };
  const tested = { texts: ["unseen film"], labels: Uint16Array.of(1) };
  const both = { texts: ["unseen film", "x"], labels: Uint16Array.of(1, 0) };

  test("the vocabulary knows the training samples used, and nothing of the others or of the test set", () => {
    const set = prepareTexts(config({ trainPerClass: 1 }), about, train, both);
    expect(set.input).toEqual({ kind: "text", length: 4, vocabulary: 6 }); // film, bad, good
    expect([...set.train.inputs]).toEqual([0, 4, 3, 2, 0, 5, 3, 2]);
    expect([...set.test.inputs]).toEqual([0, 1, 3, 2, 0, 0, 1, 2]);
    expect(set).toMatchObject({ dimension: 4, classes: 2, pixel: null, resolved: { inputDimension: 4, trainCounts: [1, 1] } });
    expect(set.preparation).toContain("unknown are 0.0 % of the words in training, 66.7 % in test");
    expect(() => prepareTexts(config({}), about, train, tested)).toThrow("Set's test set has no sample of class bad");
  });

  test("the hash follows the texts and labels used, not the rest", () => {
    const hash = (more: object, texts = train.texts) =>
      prepareTexts(config(more), about, { ...train, texts }, both).resolved.hash;
    expect(hash({ trainPerClass: 1 })).toBe(hash({ trainPerClass: 1 }, [...train.texts.slice(0, 2), "other", "words"]));
    expect(hash({})).not.toBe(hash({ trainPerClass: 1 }));
    expect(hash({})).not.toBe(hash({}, ["bad film", "good film", "late word", "good"]));
    expect(hash({})).not.toBe(hash({ labelNoise: { rate: 1, seed: 1 } }));
  });
});

const real = existsSync("../shared/data/sentence-polarity") ? test : test.skip;
real(
  "sentence polarity: verified, split, and words of the training part alone",
  async () => {
    const places = { folder: "../shared/data", cache: "/nowhere" };
    const set = await loadDataset(datasetConfig.parse({ id: "sentence-polarity", maxLength: 24, vocabulary: 1000 }), places);
    expect(set.resolved).toMatchObject({ classes: 2, trainCounts: [4265, 4265], testCounts: [1066, 1066], inputDimension: 24 });
    expect(set.input).toEqual({ kind: "text", length: 24, vocabulary: 1000 });
    const { inputs } = set.train;
    for (let i = 0; i < set.train.count; i++) {
      const row = inputs.subarray(24 * i, 24 * (i + 1));
      expect(row[23]).toBe(2);
      const first = row.findIndex((number) => number !== 0);
      expect(row.subarray(first).includes(0)).toBe(false);
    }
    expect(inputs.reduce((a, b) => Math.max(a, b))).toBe(999);
  },
  30_000,
);
