import {
  architectureLabel,
  currentDefinition,
  definitionOf,
  withCurrentDefinition,
} from "../../../contract/config/architecture.ts";
import { type LaunchInput, launchInput } from "../../../contract/config/experimentConfig.ts";
import type { Preset } from "../../../contract/presets/preset.ts";
import { presets } from "../../../contract/presets/presets.ts";

/** What is being filled in: shaped like a launch, but any number in it may still be wrong. */
export type Draft = LaunchInput;

/** What a draft has that does not come from elsewhere. */
export const blank = { note: "", tags: [], priority: "normal" } satisfies Partial<Draft>;

const draftOf = ({ title, config }: Preset): Draft => ({ ...blank, name: title, config });

export const presetDraft = (id: string): Draft | null => {
  const preset = presets.find((candidate) => candidate.id === id);
  return preset === undefined ? null : draftOf(preset);
};

export const firstDraft = (): Draft => draftOf(presets[0]);

/** A draft by the current definitions, and the networks that were of an earlier one in what it comes from. */
export function renewDefinitions(draft: Draft): { draft: Draft; earlier: string[] } {
  const { architectures } = draft.config;
  const earlier = architectures.filter((one) => definitionOf(one.name, one) !== currentDefinition);
  return {
    draft: { ...draft, config: { ...draft.config, architectures: withCurrentDefinition(architectures) } },
    earlier: earlier.map((one) => architectureLabel(one.name, one)),
  };
}

const storageKey = "collapsar-draft";
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Issue = NonNullable<ReturnType<typeof launchInput.safeParse>["error"]>["issues"][number];

/** Whether a refusal is about a value that is present but invalid, rather than a shape that the form does not know. */
function isAboutValue(issue: Issue, draft: unknown): boolean {
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], draft);
  if (value === undefined) return false;
  switch (issue.code) {
    case "unrecognized_keys":
    case "invalid_value":
      return false;
    case "invalid_union":
      return value === null || typeof value === "number";
    case "invalid_type":
      // What was no number when the draft was stored has become null.
      return typeof value === "number" || (value === null && ["number", "int"].includes(issue.expected));
    default:
      return true;
  }
}

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
    (config.optimizers === undefined || (Array.isArray(config.optimizers) && config.optimizers.every(isRecord))) &&
    isRecord(config.training) &&
    [config.training.optimizer, config.training.schedule, config.training.initialization, config.measuring].every(isRecord)
  );
}

/** A stored draft as the form can show it, or null if it is of an older shape or no draft at all. */
export function readDraft(stored: unknown): Draft | null {
  const result = launchInput.safeParse(stored);
  if (result.success) return result.data;
  return isShowable(stored) && result.error.issues.every((issue) => isAboutValue(issue, stored)) ? { ...blank, ...stored } : null;
}

/** The draft left in this browser, or null; one of an older version of the program is dropped. */
export function loadDraft(): Draft | null {
  try {
    const text = localStorage.getItem(storageKey);
    if (text === null) return null;
    return readDraft(JSON.parse(text));
  } catch {
    // A private window may have no storage, and stored text may be truncated: then there is no draft.
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
