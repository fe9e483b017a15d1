import { isVersioned } from "../config/architecture.ts";
import type { LaunchInput } from "../config/experimentConfig.ts";
import { presets } from "./presets.ts";

type Mapping = Record<string, unknown>;
const isMapping = (value: unknown): value is Mapping => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * What is written down of an experiment to launch it again, as YAML or JSON: all of its config, and beside it what differs from an
 * experiment of which nothing is said. Read again by `launchInput`, it gives the same grid.
 */
export function studyFileOf({ name, note, tags, priority, config }: LaunchInput): Mapping {
  // In a stored study a network without a definition is of the first; in a file it would be of the current one.
  const architectures = config.architectures.map((one) =>
    one.definition === undefined && isVersioned(one.name, one.normalization) ? { ...one, definition: 1 } : one,
  );
  return {
    name,
    ...(note !== "" && { note }),
    ...(tags.length > 0 && { tags }),
    ...(priority !== "normal" && { priority }),
    config: { ...config, architectures },
  };
}

/**
 * A file's content with what it takes from the preset that it names by `preset`. What `config` says replaces the preset's value of that
 * key, but `training`, of which each key is replaced by itself.
 * @returns the content as it is where it names no preset; null where there is no such preset
 */
export function withPreset(content: Mapping): Mapping | null {
  const { preset: id, ...said } = content;
  if (id === undefined) return said;
  const preset = presets.find((one) => one.id === id);
  if (preset === undefined) return null;
  const own = said.config ?? {};
  if (!isMapping(own)) return { name: preset.title, ...said };
  const training = isMapping(own.training) ? { ...preset.config.training, ...own.training } : own.training;
  return {
    name: preset.title,
    ...said,
    config: { ...preset.config, ...own, ...(training !== undefined && { training }) },
  };
}
