import type { ExperimentConfig, LaunchInput } from "../../contract/experimentConfig.ts";
import { presets } from "../../contract/presets.ts";
import type { RunConfig } from "../../contract/runConfig.ts";

/** What is being filled in: shaped like a launch, but any number in it may still be wrong. */
export type Draft = LaunchInput;

export const presetDraft = (id: string): Draft | null => {
  const preset = presets.find((candidate) => candidate.id === id);
  return preset === undefined ? null : { name: preset.title, note: "", tags: [], config: preset.config };
};

export const firstDraft = (): Draft => presetDraft(presets[0].id)!;

/** The grid of one cell, from which a fork of a run starts. */
export function configOfRun(run: RunConfig): ExperimentConfig {
  return {
    datasets: [run.dataset],
    architectures: [{ name: run.architecture, normalization: run.normalization }],
    depths: [run.depth],
    widths: [run.width],
    losses: [run.loss],
    regularizers: [run.regularizer],
    seeds: [run.seed],
    headBias: run.headBias,
    training: run.training,
    measuring: run.measuring,
    device: run.device,
  };
}

const storageKey = "collapsar-draft";
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A stored draft may hold numbers that were never finished; only its shape must be one that the form can show. */
function isShowable(draft: unknown): draft is Draft {
  if (!isRecord(draft) || !isRecord(draft.config)) return false;
  const { config } = draft;
  const lists = ["datasets", "architectures", "depths", "widths", "losses", "regularizers", "seeds"];
  return (
    typeof draft.name === "string" &&
    typeof draft.note === "string" &&
    Array.isArray(draft.tags) &&
    lists.every((name) => Array.isArray(config[name])) &&
    [config.datasets, config.architectures, config.regularizers].every((list) => (list as unknown[]).every(isRecord)) &&
    isRecord(config.training) &&
    [config.training.optimizer, config.training.schedule, config.training.initialization, config.measuring].every(isRecord)
  );
}

/** The draft left in this browser, or null; one of an older version of the program is dropped. */
export function loadDraft(): Draft | null {
  try {
    const text = localStorage.getItem(storageKey);
    if (text === null) return null;
    const draft: unknown = JSON.parse(text);
    if (isShowable(draft)) return draft;
  } catch {
    // A private window may have no storage, and a text may be cut off: then there is no draft.
  }
  return null;
}

export function saveDraft(draft: Draft | null): void {
  try {
    if (draft === null) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, JSON.stringify(draft));
  } catch {
    // Nothing is lost but the draft's life beyond this tab.
  }
}
