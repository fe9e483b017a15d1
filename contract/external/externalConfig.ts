import { z } from "zod";
import { convergenceRule, type ExperimentConfig } from "../config/experimentConfig.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { Failure } from "../failure.ts";
import { storableText, wireText } from "../wireText.ts";
import { externalLimits } from "./externalLimits.ts";
import { externalObjective } from "./externalObjective.ts";

/** Where an external run's numbers come from. */
export const externalSources = ["client", "features", "wandb", "tensorboard", "csv"] as const;
export const externalSource = z.enum(externalSources);
export type ExternalSource = z.infer<typeof externalSource>;

/** One value of a caller's config: an axis of its study. */
export const externalValue = z.union([z.number(), z.boolean(), wireText(externalLimits.valueLength)]);
export type ExternalValue = z.infer<typeof externalValue>;

/** Names of measured layers, first to last: layer l of a series key is the l-th of them. */
export const layerNames = z
  .array(wireText(externalLimits.layerNameLength).pipe(z.string().min(1, "a layer needs a name")))
  .min(1, "name at least one layer")
  .max(externalLimits.layers, `at most ${externalLimits.layers} layers`)
  .refine((names) => new Set(names).size === names.length, "name each layer only once");

/** A run that was trained elsewhere: what its caller says of it. */
export const externalRunConfig = z.strictObject({
  kind: z.literal("external"),
  /** The caller's config, nested keys joined by dots ("optimizer.lr"). */
  values: z.record(z.string().max(externalLimits.keyLength), externalValue),
  /** Absent until the first measurement, and where only scalars are logged. */
  layers: layerNames.optional(),
  /** What it minimizes, as far as an optimum with free features follows from it. */
  objective: externalObjective.optional(),
});
export type ExternalRunConfig = z.infer<typeof externalRunConfig>;

/** A study of such runs: its axes are the keys of their configs. */
export const externalExperimentConfig = z.strictObject({
  kind: z.literal("external"),
  /** Of its first run. */
  source: externalSource,
  convergence: convergenceRule.optional(),
});
export type ExternalExperimentConfig = z.infer<typeof externalExperimentConfig>;

export type AnyRunConfig = RunConfig | ExternalRunConfig;
export type AnyExperimentConfig = ExperimentConfig | ExternalExperimentConfig;

export const experimentKinds = ["trained", "external"] as const;
export type ExperimentKind = (typeof experimentKinds)[number];

type WithExternal = { config: { kind: "external" } };

export const isExternalConfig = <Config extends object>(config: Config): config is Extract<Config, { kind: "external" }> =>
  "kind" in config && config.kind === "external";

/** Whether a view or a row is of what was trained elsewhere. */
export const isExternal = <View extends { config: object }>(view: View): view is Extract<View, WithExternal> =>
  isExternalConfig(view.config);

const notTrainedHere = (what: string) =>
  new Failure(
    "CONFLICT",
    `${what[0]?.toUpperCase()}${what.slice(1)} is not possible here: these runs were trained elsewhere, so this program cannot train more of them. Report more runs from your own program instead.`,
  );

/**
 * A view or a row of what is trained here, where nothing else can be.
 * @param what was asked for, as the beginning of the message: "adding depths"
 * @throws Failure CONFLICT of an external one
 */
export function requireTrained<View extends { config: object }>(view: View, what: string): Exclude<View, WithExternal> {
  if (isExternal(view)) throw notTrainedHere(what);
  return view as Exclude<View, WithExternal>;
}

/** A key as its column and axis are named, or null if nothing of it can be seen. */
export const externalKey = (key: string): string | null => {
  const kept = storableText(key.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ""), externalLimits.keyLength).trim();
  return kept === "" ? null : kept;
};

/**
 * A nested config as keys and values: `{ optimizer: { lr: 0.1 } }` becomes `{ "optimizer.lr": 0.1 }`. A list becomes one text; null and
 * undefined are left out.
 * @throws Failure INVALID naming the key
 */
export function flattenConfig(config: Record<string, unknown>): Record<string, ExternalValue> {
  const found = new Map<string, ExternalValue>();
  const put = (key: string, value: ExternalValue) => {
    if (found.has(key)) throw new Failure("INVALID", `config has ${quoted(key)} twice, once nested: rename one of them.`);
    if (found.size === externalLimits.keys)
      throw new Failure("INVALID", `config has more than ${externalLimits.keys} keys: send only those that are to be compared.`);
    found.set(key, value);
  };
  const walk = (value: unknown, path: string, depth: number) => {
    if (value === null || value === undefined) return;
    if (typeof value === "number") {
      if (!Number.isFinite(value))
        throw new Failure("INVALID", `config ${quoted(path)} is ${value}: send a finite number or a text.`);
      put(path, value + 0);
    } else if (typeof value === "boolean") put(path, value);
    else if (typeof value === "string") put(path, storableText(value, externalLimits.valueLength));
    else if (Array.isArray(value)) put(path, storableText(JSON.stringify(value), externalLimits.valueLength));
    else if (typeof value === "object") {
      if (depth === externalLimits.depth)
        throw new Failure("INVALID", `config ${quoted(path)} is nested deeper than ${externalLimits.depth} levels: flatten it.`);
      for (const [name, part] of Object.entries(value)) {
        const key = externalKey(name);
        if (key === null || unusableKeys.has(key))
          throw new Failure(
            "INVALID",
            `config has a key that cannot be one, ${quoted(name)}: rename it; a key has visible letters or digits.`,
          );
        const longer = path === "" ? key : `${path}.${key}`;
        if (longer.length > externalLimits.keyLength)
          throw new Failure("INVALID", `config key ${quoted(longer)} is longer than ${externalLimits.keyLength} characters.`);
        walk(part, longer, depth + 1);
      }
    } else throw new Failure("INVALID", `config ${quoted(path)} is a ${typeof value}: send a number, a text or true or false.`);
  };
  walk(config, "", 0);
  return Object.fromEntries(found);
}

/** Of every object, whatever it holds. */
const unusableKeys = new Set(["__proto__", "constructor", "prototype"]);

const quoted = (text: string) => JSON.stringify(storableText(text, 120));
