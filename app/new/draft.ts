import { z } from "zod";
import { type ExperimentConfig, type LaunchInput, launchInput } from "../../contract/experimentConfig.ts";
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
/** A stored draft may hold numbers that were never finished; only its shape must be one that the form can show. */
const storable = z.looseObject({
  name: z.string(),
  note: z.string(),
  tags: z.array(z.string()),
  config: z.looseObject({
    datasets: z.array(z.looseObject({ id: z.string() })),
    architectures: z.array(z.looseObject({ name: z.string(), normalization: z.string() })),
    depths: z.array(z.unknown()),
    widths: z.array(z.unknown()),
    losses: z.array(z.string()),
    regularizers: z.array(z.looseObject({ family: z.string() })),
    seeds: z.array(z.unknown()),
    training: z.looseObject({
      optimizer: z.looseObject({ name: z.string() }),
      schedule: z.looseObject({ name: z.string() }),
      initialization: z.looseObject({}),
    }),
    measuring: z.looseObject({ name: z.string() }),
    device: z.string(),
  }),
});

/** The draft left in this browser, or null; one of an older version of the program is dropped. */
export function loadDraft(): Draft | null {
  try {
    const text = localStorage.getItem(storageKey);
    if (text === null) return null;
    const draft: unknown = JSON.parse(text);
    if (launchInput.safeParse(draft).success || storable.safeParse(draft).success) return draft as Draft;
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
