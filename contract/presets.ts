import { paperPresets } from "./presets/paper.ts";
import type { Preset } from "./presets/preset.ts";
import { questionPresets } from "./presets/questions.ts";
import { startPresets } from "./presets/start.ts";

export const presets: Preset[] = [...startPresets, ...paperPresets, ...questionPresets];
