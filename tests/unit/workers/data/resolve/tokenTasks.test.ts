import { describe, expect, test } from "vitest";
import { datasetConfig } from "../../../../../contract/data/datasetConfig.ts";
import { datasetSizes } from "../../../../../contract/data/datasetSizes.ts";
import { resolvedDataset } from "../../../../../contract/data/resolvedDataset.ts";
import { isTokenTask, type NextTokenConfig, type TokenTaskConfig } from "../../../../../contract/data/tokenTasks.ts";
import { languageOf, nextTokens } from "../../../../../workers/data/resolve/language.ts";
import { makeTokenTask } from "../../../../../workers/data/resolve/makeTokenTask.ts";

function task(config: object): TokenTaskConfig {
  const parsed = datasetConfig.parse(config);
  if (!isTokenTask(parsed)) throw new Error("token tasks only");
  return parsed;
}
const make = (config: object) => makeTokenTask(task(config));

describe("modular addition", () => {
  test.each([
    [2, 0.5],
    [3, 0.01],
    [9, 0.5],
    [23, 0.4],
    [113, 0.99],
    [128, 0.3],
  ])(
    "of %i numbers, a share of %d: each pair is once in one of the sets, with its sum, and all classes are equal",
    (p, trainShare) => {
      const config = task({ id: "modular-addition", modulus: p, trainShare });
      const { train, test: tested, resolved } = makeTokenTask(config);
      const pairs = new Set<number>();
      for (const set of [train, tested])
        for (let i = 0; i < set.count; i++) {
          const [a, b] = set.inputs.subarray(2 * i, 2 * i + 2);
          expect(set.labels[i]).toBe((a + b) % p);
          pairs.add(a * p + b);
        }
      expect(train.count + tested.count).toBe(p * p);
      expect(pairs.size).toBe(p * p);
      expect(new Set(resolved.trainCounts).size).toBe(1);
      const sizes = datasetSizes(config);
      expect(resolved.trainCounts).toEqual(sizes.asked.train);
      expect(resolved.testCounts).toEqual(sizes.asked.test);
      expect([sizes.train, sizes.test]).toEqual([train.count, tested.count]);
      expect(resolvedDataset.parse(resolved)).toEqual(resolved);
    },
  );

  test("the seed alone decides the split", () => {
    const hash = (dataSeed: number) => make({ id: "modular-addition", dataSeed }).resolved.hash;
    expect(hash(3)).toBe(hash(3));
    expect(hash(3)).not.toBe(hash(4));
  });
});

describe("a language", () => {
  const config = task({ id: "next-token", tokens: 5, context: 2, factors: 2, values: 2, strength: 2 }) as NextTokenConfig;

  test("has the frequencies of a law of powers where the factors say nothing", () => {
    const { states, tokens } = languageOf({ ...config, strength: 0, exponent: 1 });
    const token = [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5].map((weight) => weight / (137 / 60));
    for (let z = 0; z < 4; z++) for (let v = 0; v < 5; v++) expect(tokens[z * 5 + v]).toBeCloseTo(token[v], 12);
    // (z_1 + 1)^-1 (z_2 + 1)^-1, the first factor changing fastest.
    expect([...states]).toEqual([4 / 9, 2 / 9, 2 / 9, 1 / 9].map((p) => expect.closeTo(p, 12)));
  });

  test("gives the next token by Bayes' rule: as the sum over all states of whole texts", () => {
    const language = languageOf(config);
    const joint = (text: number[]) =>
      language.states.reduce((sum, p, z) => sum + text.reduce((q, v) => q * language.tokens[z * 5 + v], p), 0);
    const whole = [0, 1, 2, 3, 4].reduce((sum, v) => sum + joint([3, 1, v]), 0);
    nextTokens(language, [3, 1]).forEach((probability, v) => {
      expect(probability).toBeCloseTo(joint([3, 1, v]) / whole, 12);
    });
  });

  test("the texts drawn have its frequencies, and the next token depends on the context", () => {
    const samples = 60_000;
    const { train } = makeTokenTask({ ...config, trainSamples: samples });
    const language = languageOf(config);
    const after = (context: number[]) => {
      const found = new Float64Array(5);
      for (let i = 0; i < samples; i++)
        if (train.inputs[2 * i] === context[0] && train.inputs[2 * i + 1] === context[1]) found[train.labels[i]]++;
      return found;
    };
    for (const context of [
      [0, 0],
      [1, 0],
      [2, 4],
    ]) {
      const found = after(context);
      const total = found.reduce((a, b) => a + b, 0);
      const expected = nextTokens(language, context);
      for (let v = 0; v < 5; v++)
        expect(Math.abs(found[v] / total - expected[v])).toBeLessThan(5 * Math.sqrt((expected[v] * (1 - expected[v])) / total));
    }
    expect(nextTokens(language, [0, 0])[0]).not.toBeCloseTo(nextTokens(language, [4, 4])[0], 2);
  });

  test("the training set's floor nears the language's own entropy with the samples, from below", () => {
    const floors = [500, 5_000, 100_000].map(
      (trainSamples) =>
        makeTokenTask({ ...config, trainSamples, testSamples: 20_000 }).resolved.ambiguity as {
          entropy: number;
          language: number;
        },
    );
    const gaps = floors.map(({ entropy, language }) => language - entropy);
    expect(gaps[0]).toBeGreaterThan(gaps[1]);
    expect(gaps[1]).toBeGreaterThan(0);
    expect(Math.abs(gaps[2])).toBeLessThan(0.01);
  });

  test("a token that no training context is followed by is refused, with the way out", () => {
    expect(() => make({ id: "next-token", tokens: 200, trainSamples: 300, exponent: 2 })).toThrow(
      /Token \d+ follows none of the 300 training contexts.*more training samples/,
    );
  });

  test("one latent state, contexts longer than the set has texts, and the largest numbers work", () => {
    const plain = make({ id: "next-token", factors: 1, values: 1, context: 64, tokens: 2, exponent: 0, trainSamples: 50 });
    expect(plain.resolved.ambiguity).toMatchObject({ contexts: 50, ambiguous: 0, entropy: 0, accuracy: expect.closeTo(1, 12) });
    // One state alone: its entropy whatever the context.
    const [p] = languageOf(task({ id: "next-token", factors: 1, values: 1, tokens: 2, exponent: 0 }) as NextTokenConfig).tokens;
    expect(plain.resolved.ambiguity?.language).toBeCloseTo(-p * Math.log(p) - (1 - p) * Math.log(1 - p), 12);
    const large = make({
      id: "next-token",
      tokens: 1000,
      factors: 4,
      values: 6,
      exponent: 0.2,
      strength: 0.5,
      trainSamples: 60_000,
      testSamples: 10,
    });
    expect(large.resolved.trainCounts).toHaveLength(1000);
    expect(resolvedDataset.parse(large.resolved)).toEqual(large.resolved);
  });
});
