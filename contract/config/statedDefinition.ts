import { type Architecture, type Definition, isVersioned, type Normalization } from "./architecture.ts";
import type { ExperimentConfig } from "./experimentConfig.ts";
import type { RunConfig } from "./runConfig.ts";

type Kind = { normalization: Normalization; definition?: Definition };
const state = <Item extends Kind>(name: Architecture, item: Item): Item =>
  isVersioned(name, item.normalization) ? { ...item, definition: item.definition ?? 1 } : item;

/** A stored config that names no definition means the first; launched again it would mean the current one. */
export const stateRunDefinition = (config: RunConfig): RunConfig => state(config.architecture, config);
export const stateDefinitions = (config: ExperimentConfig): ExperimentConfig => ({
  ...config,
  architectures: config.architectures.map((one) => state(one.name, one)),
});
