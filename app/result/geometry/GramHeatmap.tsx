"use client";
import { memo } from "react";
import { fixed, plusMinus } from "../../text/plusMinus.ts";

interface GramHeatmapProps {
  title: string;
  /** A number below the title. */
  note?: string;
  /** [K, K] cosines, row-major. */
  cosines: readonly number[];
  classes: number;
  /** [K, K] standard deviations of what are means. */
  deviations?: readonly number[] | null;
  /** Names of rows and columns; without them their numbers. */
  names?: readonly string[];
  /** Frames the last so many rows and columns. */
  block?: number;
  /** Numbers in no cell, however large the cells are. */
  plain?: boolean;
}

/** −1 blue … 0 the page … +1 orange: two hues that no common colour blindness confuses. */
function cosineColour(value: number): string {
  const size = Math.min(1, Math.abs(value)) * 100;
  return `color-mix(in oklab, ${value < 0 ? "var(--arch-rn1)" : "var(--arch-rn2)"} ${size.toFixed(1)}%, var(--surface))`;
}

/** Cosines between class means (or classifier rows) as a matrix of colours; each cell says its number. */
export const GramHeatmap = memo(function GramHeatmap(props: GramHeatmapProps) {
  const { title, note, cosines, classes, deviations, names, block = 0, plain = false } = props;
  const numbered = classes <= 5 && !plain;
  const nameOf = (index: number) => names?.[index] ?? String(index);
  return (
    <figure className="min-w-0 flex-1">
      <svg
        viewBox={`0 0 ${classes} ${classes}`}
        className="aspect-square w-full rounded-sm border border-line"
        role="img"
        aria-label={describe(title, cosines, classes)}
      >
        {cosines.map((value, index) => {
          const row = Math.floor(index / classes);
          const column = index % classes;
          return (
            <g key={index}>
              <rect x={column} y={row} width={1.01} height={1.01} fill={cosineColour(value)}>
                <title>{`${nameOf(row)}, ${nameOf(column)}: ${plusMinus(value, deviations?.[index] ?? null)}`}</title>
              </rect>
              {numbered && (
                <text
                  x={column + 0.5}
                  y={row + 0.57}
                  fontSize={0.2}
                  textAnchor="middle"
                  fill="var(--ink)"
                  style={{ pointerEvents: "none" }}
                >
                  {fixed(value, 2)}
                </text>
              )}
            </g>
          );
        })}
        {block > 0 && (
          <rect
            x={classes - block}
            y={classes - block}
            width={block - classes / 120}
            height={block - classes / 120}
            fill="none"
            stroke="var(--ink)"
            strokeWidth={classes / 60}
          />
        )}
      </svg>
      <figcaption className="mt-1 text-center text-ink-soft text-xs">
        {title}
        {note !== undefined && <span className="block">{note}</span>}
      </figcaption>
    </figure>
  );
});

/** Cosines of the ideal: 1 on the diagonal; −1/(K−1) off it for a simplex of the run's K classes, 0 for an orthogonal frame. */
export function idealCosines(classes: number, geometry: "simplex" | "orthogonal", ofRun = classes): number[] {
  const beside = geometry === "simplex" ? -1 / (ofRun - 1) : 0;
  return Array.from({ length: classes * classes }, (_, index) => (index % (classes + 1) === 0 ? 1 : beside));
}

function describe(title: string, cosines: readonly number[], classes: number): string {
  const beside = cosines.filter((_, index) => index % (classes + 1) !== 0);
  const low = fixed(Math.min(...beside), 2);
  const high = fixed(Math.max(...beside), 2);
  return `${title}: cosines between different classes from ${low} to ${high}; the simplex has ${fixed(-1 / (classes - 1), 2)}`;
}
