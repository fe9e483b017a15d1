"use client";
import type { CategoryLabels } from "./categoryAxis.ts";

interface CategoryTickProps {
  labels: CategoryLabels;
  categories: readonly string[];
  /** Given by the chart library. */
  x?: number | string;
  y?: number | string;
  payload?: { value: number };
}

/** The name of a category under its place, in lines or steep; in full under the pointer. */
export function CategoryTick({ labels: { lines, angle }, categories, x = 0, y = 0, payload }: CategoryTickProps) {
  const index = payload?.value ?? -1;
  const name = categories[index];
  if (name === undefined) return null;
  return (
    <g transform={`translate(${x},${y})`} data-category={name}>
      <text
        fontSize={11}
        fill="var(--ink-soft)"
        textAnchor={angle === 0 ? "middle" : "end"}
        transform={angle === 0 ? undefined : `rotate(${angle})`}
      >
        <title>{name}</title>
        {lines[index]?.map((line, row) => (
          <tspan key={line} x={0} y={13 * row + (angle === 0 ? 9 : 5)}>
            {line}
          </tspan>
        ))}
      </text>
    </g>
  );
}
