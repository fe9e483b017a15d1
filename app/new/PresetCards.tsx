import { countGrid } from "../../contract/experimentConfig.ts";
import { presets } from "../../contract/presets.ts";
import { countOf } from "../text/formatNumber.ts";
import { classes } from "../ui/classes.ts";

/** The ways to begin; choosing one fills the form. */
export function PresetCards({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string) => void }) {
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Start from a preset</legend>
      <div className="gap-3 max-sm:-mx-4 max-sm:flex max-sm:snap-x max-sm:overflow-x-auto max-sm:px-4 max-sm:py-1 sm:grid sm:grid-cols-2 xl:grid-cols-4">
        {presets.map((preset) => (
          <button
            key={preset.id}
            type="button"
            data-testid={`preset-${preset.id}`}
            aria-pressed={preset.id === chosen}
            onClick={() => onChoose(preset.id)}
            className={classes(
              "flex flex-col max-sm:w-64 max-sm:shrink-0 max-sm:snap-center rounded-lg border bg-surface p-3 text-left transition-colors",
              preset.id === chosen
                ? "border-accent shadow-[inset_0_0_0_1px_var(--accent)]"
                : "border-line hover:border-line-strong hover:bg-hover",
            )}
          >
            <span className="flex items-baseline justify-between gap-2">
              <span className="font-semibold text-sm">{preset.title}</span>
              <span className="whitespace-nowrap text-ink-faint text-xs">{countOf(countGrid(preset.config), "run")}</span>
            </span>
            <span className="mt-1 text-ink-soft text-xs">{preset.description}</span>
          </button>
        ))}
      </div>
    </fieldset>
  );
}
