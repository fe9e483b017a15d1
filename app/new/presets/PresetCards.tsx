"use client";
import { useState } from "react";
import { type Preset, type PresetGroup, presetGroups } from "../../../contract/presets/preset.ts";
import { presets } from "../../../contract/presets/presets.ts";
import { classes } from "../../ui/classes.ts";
import { Segmented } from "../../ui/Segmented.tsx";
import { PresetDetail } from "./PresetDetail.tsx";
import { presetFigures, presetRuns } from "./presetFigures.ts";

const groupTitles: Record<PresetGroup, string> = {
  start: "Start here",
  paper: "The paper's figures",
  field: "As the field trains",
  question: "Questions",
};
const groupsWithPresets = presetGroups.filter((group) => presets.some((preset) => preset.group === group));

/** The ways to begin; choosing one fills the form. One group is in sight, and the chosen preset's choices can be unfolded. */
export function PresetCards({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string) => void }) {
  const preset = presets.find((one) => one.id === chosen) ?? null;
  const [picked, setPicked] = useState<{ group: PresetGroup; chosen: string | null } | null>(null);
  // A preset chosen elsewhere (a link, Start over) brings its group into sight.
  const group = picked !== null && picked.chosen === chosen ? picked.group : (preset?.group ?? presets[0].group);
  const shown = presets.filter((one) => one.group === group);
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Start from a preset</legend>
      {groupsWithPresets.length > 1 && (
        <Segmented
          label="Presets"
          className="mb-3"
          options={groupsWithPresets.map((value) => ({ value, label: groupTitles[value] }))}
          value={group}
          onChange={(next) => setPicked({ group: next, chosen })}
        />
      )}
      {group === "paper" ? (
        <Figures presets={shown} chosen={chosen} onChoose={onChoose} />
      ) : (
        <div className="gap-3 max-sm:-mx-4 max-sm:flex max-sm:snap-x max-sm:overflow-x-auto max-sm:px-4 max-sm:py-1 sm:grid sm:grid-cols-2 xl:grid-cols-4">
          {shown.map((one) => (
            <PresetCard key={one.id} preset={one} pressed={one.id === chosen} onChoose={() => onChoose(one.id)} />
          ))}
        </div>
      )}
      {preset !== null && preset.group === group && <PresetDetail key={preset.id} preset={preset} />}
    </fieldset>
  );
}

const frame = (pressed: boolean) =>
  pressed ? "border-accent shadow-[inset_0_0_0_1px_var(--accent)]" : "border-line hover:border-line-strong hover:bg-hover";

function PresetCard({ preset, pressed, onChoose }: { preset: Preset; pressed: boolean; onChoose: () => void }) {
  return (
    <button
      type="button"
      data-testid={`preset-${preset.id}`}
      aria-pressed={pressed}
      onClick={onChoose}
      className={classes(
        "flex flex-col max-sm:w-64 max-sm:shrink-0 max-sm:snap-center rounded-lg border bg-surface p-3 text-left transition-colors",
        frame(pressed),
      )}
    >
      <span className="flex w-full items-baseline justify-between gap-2">
        <span className="font-semibold text-sm">{preset.title}</span>
        <span className="whitespace-nowrap text-ink-faint text-xs">{presetRuns(preset)}</span>
      </span>
      <span className="mt-1 text-ink-soft text-xs">{preset.description}</span>
    </button>
  );
}

/** A row a figure: what it shows, and its presets as published and cut down to an evening. */
function Figures({
  presets: shown,
  chosen,
  onChoose,
}: {
  presets: readonly Preset[];
  chosen: string | null;
  onChoose: (id: string) => void;
}) {
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
      {presetFigures(shown).map((figure) => (
        <li key={figure.key} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-3 py-2">
          <div className="min-w-0 flex-1 basis-72">
            <p className="text-sm">
              {figure.figure && <span className="mr-2 text-ink-faint text-xs">{figure.figure}</span>}
              <span className="font-medium">{figure.title}</span>
            </p>
            <p className="text-ink-soft text-xs">{figure.description}</p>
          </div>
          <div className="flex flex-wrap gap-1.5">
            {figure.members.map(({ preset, label }) => (
              <button
                key={preset.id}
                type="button"
                data-testid={`preset-${preset.id}`}
                aria-pressed={preset.id === chosen}
                aria-label={`${figure.title}: ${label}, ${presetRuns(preset)}`}
                onClick={() => onChoose(preset.id)}
                className={classes(
                  "inline-flex h-8 items-center gap-2 rounded-md border bg-surface px-2.5 text-sm transition-colors",
                  frame(preset.id === chosen),
                )}
              >
                {label}
                <span className="text-ink-faint text-xs">{presetRuns(preset)}</span>
              </button>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
