import { z } from "zod";
import { limits } from "../limits.ts";

/** Tasks on sequences of tokens, made from a seed. */
export const tokenTaskIds = ["modular-addition", "next-token"] as const;
export type TokenTaskId = (typeof tokenTaskIds)[number];

const dataSeed = z.int().min(0).max(limits.seed.max).default(0);
const samples = z
  .int("a number of samples must be a whole number")
  .min(1, "at least 1 sample")
  .max(200_000, "at most 200,000 samples");

/** Given a and b, the class is (a + b) mod p. All p² pairs are training or test samples. */
export const modularAddition = z.strictObject({
  id: z.literal("modular-addition"),
  /** p: also the number of classes. */
  modulus: z.int("p must be a whole number").min(2, "p must be at least 2").max(128, "p must be at most 128").default(23),
  /** Share of the p pairs of each sum, drawn by `dataSeed`, that are training samples: so all classes are equally large. */
  trainShare: z.number().gt(0, "a training share must be above 0").lt(1, "a training share must be below 1").default(0.5),
  dataSeed,
});
export type ModularAdditionConfig = z.infer<typeof modularAddition>;

/**
 * Given the first tokens of a text, the class is the next one. Texts are drawn from a language with latent factors:
 * workers/data/resolve/language.ts has its probabilities.
 */
export const nextToken = z.strictObject({
  id: z.literal("next-token"),
  /** V: tokens of the language, and so classes. */
  tokens: z
    .int()
    .min(limits.classes.min, `at least ${limits.classes.min} tokens`)
    .max(limits.classes.max, `at most ${limits.classes.max} tokens`)
    .default(16),
  /** m: tokens in front of the one that is asked for. */
  context: z.int().min(1, "a context of at least 1 token").max(64, "a context of at most 64 tokens").default(2),
  /** F: latent factors of a text. */
  factors: z.int().min(1, "at least 1 latent factor").max(4, "at most 4 latent factors").default(2),
  /** Values that each of them may have. */
  values: z.int().min(1, "at least 1 value of a factor").max(6, "at most 6 values of a factor").default(3),
  /** a: how fast frequencies fall, of tokens and of a factor's values, as (rank)^(−a). */
  exponent: z.number().min(0, "an exponent must be at least 0").max(3, "an exponent must be at most 3").default(0.7),
  /** s: how much the factors say about the tokens; 0 = nothing. */
  strength: z.number().min(0, "a strength must be at least 0").max(10, "a strength must be at most 10").default(1.5),
  trainSamples: samples.default(2_000),
  testSamples: samples.default(1_000),
  dataSeed,
});
export type NextTokenConfig = z.infer<typeof nextToken>;
export type TokenTaskConfig = ModularAdditionConfig | NextTokenConfig;

export const isTokenTask = <T extends { id: string }>(config: T): config is Extract<T, { id: TokenTaskId }> =>
  (tokenTaskIds as readonly string[]).includes(config.id);

/** Training samples of each sum's p pairs: at least one, and never all. */
export const pairsPerSum = ({ modulus, trainShare }: ModularAdditionConfig): number =>
  Math.min(modulus - 1, Math.max(1, Math.round(trainShare * modulus)));

/** How many tokens a sample has, and how many different ones there are. */
export const tokenShape = (config: TokenTaskConfig): { length: number; vocabulary: number } =>
  config.id === "modular-addition"
    ? { length: 2, vocabulary: config.modulus }
    : { length: config.context, vocabulary: config.tokens };

/** "p=23 half of the pairs", "16 tokens after 2": what tells two configs of a task apart. */
export function tokenTaskTraits(config: TokenTaskConfig): string[] {
  if (config.id === "modular-addition") return [`p=${config.modulus}`, `${percent(config.trainShare)} of the pairs`];
  const { tokens, context, factors, values, exponent, strength, trainSamples } = config;
  return [
    `K=${tokens}`,
    `m=${context}`,
    `N=${trainSamples}`,
    `${factors} × ${values} factors`,
    `exponent ${exponent}`,
    `strength ${strength}`,
  ];
}

const percent = (share: number) => `${Number((100 * share).toPrecision(12))} %`;
