import { axisTicks, type Tick } from "../axes/axisTicks.ts";
import { categoryLabels } from "../axes/categoryAxis.ts";
import type { ChartFigure } from "./figure.ts";
import { plainColour } from "./plainColour.ts";
import { element, textAt } from "./svgText.ts";

export interface Frame {
  area: { x: number; y: number; width: number; height: number };
  /** Pixels of plot coordinates. */
  px: (at: number) => number;
  py: (at: number) => number;
}

export interface AxisPlan {
  xTicks: Tick[];
  yTicks: Tick[];
  /** Room left of the plot and below it, px. */
  left: number;
  below: number;
  names: ReturnType<typeof categoryLabels> | null;
}

/** Which ticks the axes get, and the room that these need. */
export function planAxes(
  { x, y }: Pick<ChartFigure, "x" | "y">,
  domains: { xDomain: [number, number]; yDomain: [number, number] },
  size: { width: number; height: number; right: number },
  scale = 1,
): AxisPlan {
  const yTicks = axisTicks(y, domains.yDomain, size.height / scale, 36);
  const left = scale * (26 + Math.max(38, 14 + 7 * Math.max(0, ...yTicks.map((tick) => tick.label.length))));
  const plotWidth = Math.max(40, size.width - left - size.right);
  const names = x.categories ? categoryLabels(x.categories, plotWidth / scale) : null;
  const extra = names === null ? 0 : Math.max(0, names.height - 13);
  return { xTicks: axisTicks(x, domains.xDomain, plotWidth / scale), yTicks, left, below: scale * (44 + extra), names };
}

/** Grid, axes, ticks and the axes' names. */
export function drawAxes(
  { x, y }: Pick<ChartFigure, "x" | "y">,
  { xTicks, yTicks, names, below }: AxisPlan,
  { area, px, py }: Frame,
  { dark, scale = 1, raise = false }: { dark: boolean; scale?: number; raise?: boolean },
): string {
  const colour = (name: string) => plainColour(`var(${name})`, dark);
  const [right, bottom] = [area.x + area.width, area.y + area.height];
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
    element("line", { x1, y1, x2, y2, stroke, "stroke-width": scale });
  const text = (words: string, atX: number, atY: number, more: Record<string, string | number | undefined>) =>
    textAt(words, atX, atY, { "font-size": 11 * scale, fill: colour("--ink-faint"), ...more }, raise);
  const out: string[] = [];
  for (const tick of yTicks) {
    const at = py(tick.at);
    if (!tick.minor) out.push(line(area.x, at, right, at, colour("--chart-grid")));
    out.push(line(area.x - (tick.minor ? 3 : 6) * scale, at, area.x, at, colour("--chart-axis")));
    if (tick.label) out.push(text(tick.label, area.x - 9 * scale, at + 3.8 * scale, { "text-anchor": "end" }));
  }
  for (const [index, tick] of xTicks.entries()) {
    const at = px(tick.at);
    if (!tick.minor && names === null) out.push(line(at, area.y, at, bottom, colour("--chart-grid")));
    out.push(line(at, bottom, at, bottom + (tick.minor ? 3 : 6) * scale, colour("--chart-axis")));
    if (names === null) {
      if (tick.label) out.push(text(tick.label, at, bottom + 18 * scale, { "text-anchor": "middle" }));
      continue;
    }
    const turned =
      names.angle === 0 ? {} : { transform: `rotate(${names.angle} ${at.toFixed(1)} ${(bottom + 8 * scale).toFixed(1)})` };
    for (const [row, words] of (names.lines[index] ?? []).entries())
      out.push(
        text(words, at, bottom + (13 * row + (names.angle === 0 ? 18 : 12)) * scale, {
          "text-anchor": names.angle === 0 ? "middle" : "end",
          ...turned,
        }),
      );
  }
  out.push(
    line(area.x, area.y, area.x, bottom, colour("--chart-axis")),
    line(area.x, bottom, right, bottom, colour("--chart-axis")),
  );
  const named = { fill: colour("--ink-soft"), "text-anchor": "middle" };
  out.push(text(x.label, area.x + area.width / 2, bottom + below - 6 * scale, named));
  const middle = area.y + area.height / 2;
  out.push(text(y.label, 14 * scale, middle, { ...named, transform: `rotate(-90 ${14 * scale} ${middle.toFixed(1)})` }));
  return out.join("");
}
