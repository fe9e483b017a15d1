import type { ExperimentConfig } from "../config/experimentConfig.ts";

/** start: small studies to begin with; paper: the figures of Súkeník, Lampert, Mondelli (2025); field: the settings of well-known papers of others; question: studies beyond them. */
export const presetGroups = ["start", "paper", "field", "question"] as const;
export type PresetGroup = (typeof presetGroups)[number];

export interface Preset {
  id: string;
  group: PresetGroup;
  title: string;
  /** What it asks and shows, in a sentence or two. */
  description: string;
  /** Every choice the literature leaves open, each with its reason. */
  choices: string[];
  /** Of the paper: which row of which figure, as published or cut down to an evening on two cores. */
  figure?: string;
  protocol?: "full" | "tonight";
  /** What "tonight" cut from the full protocol. */
  cut?: string;
  /** Whether a recording of it comes with the program: server/recordings/kept/<id>.json.gz. */
  recorded?: true;
  config: ExperimentConfig;
}
