import { readable } from "../../text/shortNumber.ts";
import type { ChartSeries } from "../chartTypes.ts";
import type { PlotPoint } from "../layout/splitGaps.ts";

/** A line's point under the crosshair. */
export interface CrosshairRow {
  one: ChartSeries;
  point: PlotPoint;
  note: string | undefined;
}

const rowHeight = 15;
const maxRows = 10;
const nameOf = (series: ChartSeries) => series.shortLabel ?? series.label;

/** The values under the crosshair in a box at the side of the plot that the crosshair leaves free. */
export function CrosshairValues({
  rows,
  title,
  area,
  crosshair,
}: {
  rows: readonly CrosshairRow[];
  title: string;
  area: { x: number; y: number; width: number };
  /** Pixel. */
  crosshair: number;
}) {
  const longest = Math.max(10, ...rows.map(({ one, note }) => `${nameOf(one)}${note ?? ""}`.length));
  const width = Math.min(area.width, 60 + 6 * longest);
  const x = crosshair > area.x + area.width / 2 ? area.x + 4 : area.x + area.width - width - 4;
  const y = area.y + 4;
  const shown = rows.slice(0, maxRows);
  const hasMore = rows.length > maxRows;
  return (
    <g fontSize={11} data-testid="crosshair-values">
      <rect
        x={x}
        y={y}
        width={width}
        height={(shown.length + 1 + (hasMore ? 1 : 0)) * rowHeight + 8}
        rx={4}
        fill="var(--raised)"
        stroke="var(--line)"
        opacity={0.96}
      />
      <text x={x + 8} y={y + rowHeight} fill="var(--ink)" fontWeight={600}>
        {title}
      </text>
      {shown.map(({ one, point, note }, index) => (
        <g key={one.id} transform={`translate(${x + 8},${y + rowHeight * (index + 2)})`}>
          <rect x={0} y={-8} width={8} height={8} rx={2} fill={one.style.colour} />
          <text x={14} fill="var(--ink-soft)">
            {note ? `${nameOf(one)} · ${note}` : nameOf(one)}
          </text>
          <text x={width - 16} textAnchor="end" fill="var(--ink)">
            {readable(point.rawY)}
          </text>
        </g>
      ))}
      {hasMore && (
        <text x={x + 8} y={y + rowHeight * (maxRows + 2)} fill="var(--ink-faint)">
          and {rows.length - maxRows} more: see the table
        </text>
      )}
    </g>
  );
}
