import type { Preset } from "../../contract/presets/preset.ts";

export function nameOf({ title, protocol, figure }: Preset): string {
  return protocol ? `${title} (${figure}, ${protocol})` : title;
}

/** What a recording says of itself; `remark`, what was not as the preset has it. */
export function noteOf({ title, description, choices, figure, protocol, cut }: Preset, remark: string): string {
  const source = protocol ? `, ${figure} of [arXiv 2505.15239](https://arxiv.org/abs/2505.15239), protocol *${protocol}*` : "";
  return [
    `A recording of the preset *${title}*${source}, made by this program.`,
    description,
    cut ? `Cut from the full protocol: ${cut}` : "",
    remark,
    choices.length > 0 ? `Choices:\n\n${choices.map((choice) => `- ${choice}`).join("\n")}` : "",
    "Seeds were neither chosen nor dropped.",
  ]
    .filter(Boolean)
    .join("\n\n");
}

export function tagsOf({ protocol }: Preset): string[] {
  return protocol ? ["paper", protocol] : ["question"];
}
