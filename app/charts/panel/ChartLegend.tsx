"use client";
import { keptTogether } from "../../text/keptTogether.ts";
import type { ChartSeries } from "../chartTypes.ts";
import type { LineStyle } from "../lineStyle.ts";
import { markerPath } from "../marks/markerPath.ts";

/** A short piece of the line as drawn: colour, dash, marker. */
export function LineSwatch({ style, hollow = false }: { style: LineStyle; hollow?: boolean }) {
  return (
    <svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true" className="shrink-0">
      <line x1="1" x2="25" y1="6" y2="6" stroke={style.colour} strokeWidth="1.75" strokeDasharray={style.dash} />
      <path
        d={markerPath(style.marker, 3)}
        transform="translate(13,6)"
        fill={hollow ? "var(--surface)" : style.colour}
        fillRule="evenodd"
        stroke={style.colour}
      />
    </svg>
  );
}

/** Lines by name; a click takes one out of the picture, or back in. */
export function ChartLegend({
  series,
  hidden,
  onToggle,
}: {
  series: readonly Pick<ChartSeries, "id" | "label" | "style" | "minor">[];
  hidden: ReadonlySet<string>;
  onToggle: (id: string) => void;
}) {
  const named = series.filter((one) => !one.minor);
  if (named.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-0.5" aria-label="Lines">
      {named.map((one) => (
        <li key={one.id} className="min-w-0">
          <button
            type="button"
            aria-pressed={!hidden.has(one.id)}
            onClick={() => onToggle(one.id)}
            className={`inline-flex min-h-6 max-w-full items-center gap-1.5 text-left text-xs ${hidden.has(one.id) ? "text-ink-faint line-through opacity-60" : "text-ink-soft hover:text-ink"}`}
          >
            <LineSwatch style={one.style} />
            <span className="wrap-anywhere min-w-0">{keptTogether(one.label)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
