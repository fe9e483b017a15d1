import { countGrid } from "../../../contract/config/experimentConfig.ts";
import type { Preset } from "../../../contract/presets/preset.ts";
import { countOf } from "../../text/formatNumber.ts";

interface PresetFigure {
  key: string;
  figure: string | undefined;
  title: string;
  /** Of the evening's preset, if there is one. */
  description: string;
  members: { preset: Preset; label: string }[];
}

const protocolLabels = { tonight: "Tonight", full: "Full protocol" } as const;
const suffix = /\s*(?:[,:–—-]|\()\s*(?:tonight|full protocol|full|as published)\)?\s*$/i;

export const presetRuns = (preset: Preset): string => countOf(countGrid(preset.config), "run");

/** Presets of one row of one figure side by side: the evening's first, then the full protocol. */
export function presetFigures(presets: readonly Preset[]): PresetFigure[] {
  const figures = new Map<string, PresetFigure>();
  for (const preset of presets) {
    const title = preset.title.replace(suffix, "");
    const key = `${preset.figure ?? ""} ${title}`;
    const figure = figures.get(key) ?? { key, figure: preset.figure, title, description: "", members: [] };
    figure.members.push({ preset, label: preset.protocol === undefined ? "Choose" : protocolLabels[preset.protocol] });
    figures.set(key, figure);
  }
  return [...figures.values()].map((figure) => {
    const members = figure.members.sort((a, b) => Number(a.preset.protocol === "full") - Number(b.preset.protocol === "full"));
    return { ...figure, members, description: members[0]?.preset.description ?? "" };
  });
}
