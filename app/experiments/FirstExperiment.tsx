import Link from "next/link";
import { countGrid } from "../../contract/config/experimentConfig.ts";
import { presets } from "../../contract/presets/presets.ts";
import { newFromPreset, newPage } from "../links.ts";
import { countOf } from "../text/formatNumber.ts";
import { LinkButton } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";

/** Shown where no experiment is: a way to the first one. */
export function FirstExperiment() {
  return (
    <>
      <EmptyState
        title="No experiments yet"
        actions={
          <LinkButton href={newPage} look="primary" icon="plus">
            New experiment
          </LinkButton>
        }
      >
        An experiment is a grid of depths, widths, regularizers and seeds; every cell is one run. Start from one of these, or from
        nothing.
      </EmptyState>
      <ul className="grid gap-3 border-line border-t p-4 sm:grid-cols-2 xl:grid-cols-4">
        {presets
          .filter((preset) => preset.group === "start")
          .map((preset) => (
            <li key={preset.id}>
              <Link
                href={newFromPreset(preset.id)}
                className="block h-full rounded-md border border-line p-3 transition-colors hover:border-line-strong hover:bg-hover"
              >
                <span className="flex justify-between gap-2 font-medium text-sm">
                  {preset.title}
                  <span className="whitespace-nowrap font-normal text-ink-faint text-xs">
                    {countOf(countGrid(preset.config), "run")}
                  </span>
                </span>
                <span className="mt-1 line-clamp-3 block text-ink-soft text-xs">{preset.description}</span>
              </Link>
            </li>
          ))}
      </ul>
    </>
  );
}
