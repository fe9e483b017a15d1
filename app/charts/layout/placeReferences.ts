import { type AxisKind, fromPlot, toPlot } from "../axes/plotCoordinates.ts";
import type { ReferenceMark } from "../chartTypes.ts";
import { spreadApart } from "./spreadApart.ts";

interface PlacedReference {
  label: string;
  /** SVG path of the line, pixels. */
  path: string;
  x: number;
  y: number;
  anchor: "start" | "end";
}

export interface PlotFrame {
  xKind: AxisKind;
  yKind: AxisKind;
  xDomain: [number, number];
  area: { x: number; y: number; width: number; height: number };
  /** Pixels of plot coordinates. */
  px: (at: number) => number;
  py: (at: number) => number;
}

const labelDistance = 12;
/** Of a character of a label, on average, pixels. */
const characterWidth = 5.4;

/** Where reference lines and their labels lie: a label at an end of the plot, or beside its last piece, none on another one. */
export function placeReferences(references: readonly ReferenceMark[], frame: PlotFrame): PlacedReference[] {
  const { xKind, yKind, xDomain, area, px, py } = frame;
  const [right, bottom] = [area.x + area.width, area.y + area.height];
  const pixel = (x: number, y: number): [number, number][] => {
    const [atX, atY] = [toPlot(x, xKind), toPlot(y, yKind)];
    return atX === null || atY === null ? [] : [[px(atX), py(atY)]];
  };
  const across = (y: number) => xDomain.map((at) => ({ x: fromPlot(at, xKind), y }));
  const text = ([x, y]: [number, number]) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const placed = references.flatMap(({ y, label, points, pieces, labelAt }): PlacedReference[] => {
    const lines = pieces
      ? pieces.map((piece) => [...pixel(piece.from, piece.y), ...pixel(piece.to, piece.y)])
      : [(points ?? across(y)).flatMap((point) => pixel(point.x, point.y))];
    const drawn = lines.filter((line) => line.length > 0);
    const end = labelAt === "left" ? drawn[0]?.[0] : drawn.at(-1)?.at(-1);
    if (end === undefined) return [];
    const path = drawn.map((line) => `M${line.map(text).join("L")}`).join("");
    if (pieces && end[0] < right - 80) return [{ label, path, x: end[0] + 5, y: end[1] + 3.5, anchor: "start" }];
    const height = end[1] <= bottom - 8 && end[1] < area.y + 18 ? end[1] + 12 : end[1] - 5;
    const atLeft = labelAt === "left";
    return [{ label, path, x: atLeft ? area.x + 6 : right - 6, y: height, anchor: atLeft ? "start" : "end" }];
  });
  for (const column of columnsOf(placed)) {
    const heights = spreadApart(
      column.map((one) => one.y),
      labelDistance,
      Math.min(area.y + 10, ...column.map((one) => one.y)),
      Math.max(bottom - 4, ...column.map((one) => one.y)),
    );
    column.forEach((one, index) => {
      one.y = heights[index] as number;
    });
  }
  return placed;
}

/** Labels that lie above or below each other, in groups. */
function columnsOf(placed: readonly PlacedReference[]): PlacedReference[][] {
  const extent = ({ label, x, anchor }: PlacedReference) => {
    const width = characterWidth * label.length;
    return anchor === "start" ? { from: x, to: x + width } : { from: x - width, to: x };
  };
  const columns: { to: number; members: PlacedReference[] }[] = [];
  for (const one of placed.toSorted((a, b) => extent(a).from - extent(b).from)) {
    const { from, to } = extent(one);
    const last = columns.at(-1);
    if (last === undefined || from >= last.to) columns.push({ to, members: [one] });
    else {
      last.to = Math.max(last.to, to);
      last.members.push(one);
    }
  }
  return columns.map(({ members }) => members);
}
