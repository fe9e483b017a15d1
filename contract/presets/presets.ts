import { paperPresets } from "./paper.ts";
import type { Preset } from "./preset.ts";
import { questionPresets } from "./questions.ts";
import { startPresets } from "./start.ts";

export const presets: Preset[] = [...startPresets, ...paperPresets, ...questionPresets];
