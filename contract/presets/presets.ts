import { fieldPresets } from "./field.ts";
import { grownPresets } from "./grown.ts";
import { optimizerPreset } from "./optimizers.ts";
import { paperPresets } from "./paper.ts";
import type { Preset } from "./preset.ts";
import { questionPresets } from "./questions.ts";
import { startPresets } from "./start.ts";
import { taskPresets } from "./tasks.ts";

/** The first is what the form begins with. */
export const presets: [Preset, ...Preset[]] = [
  ...startPresets,
  ...paperPresets,
  ...fieldPresets,
  ...questionPresets,
  optimizerPreset,
  ...grownPresets,
  ...taskPresets,
];
