import type { CsvFacts } from "../../../contract/csv.ts";
import type { AxisKind } from "../axes/plotCoordinates.ts";
import type { ReferenceMark, Wedge } from "../chartTypes.ts";
import type { Marker } from "../lineStyle.ts";
import { escapeLatex } from "./escapeLatex.ts";
import { commentLines } from "./figureFacts.ts";
import { plainColour } from "./plainColour.ts";

interface ExportLine {
  label: string;
  xs: readonly number[];
  /** null is a gap. */
  ys: readonly (number | null)[];
  dash: string;
  /** CSS; without it pgfplots chooses. */
  colour?: string;
  marker?: Marker;
  /** Faint company of another line: not in the legend. */
  minor?: boolean;
  draw?: "line" | "dots" | "line-and-dots";
  /** The band is a bar at each point. */
  bars?: boolean;
  band?: { low: readonly (number | null)[]; high: readonly (number | null)[] };
}

interface ExportChart {
  title: string;
  xLabel: string;
  yLabel: string;
  xKind: AxisKind;
  yKind: AxisKind;
  /** Names of the places 0, 1, 2, … on the x axis. */
  categories?: readonly string[];
  lines: readonly ExportLine[];
  references: readonly ReferenceMark[];
  /** Sectors of slopes through a point. */
  wedges?: readonly Wedge[];
  /** A projection: one unit is as long on both axes, and neither has numbers. */
  plain?: boolean;
  /** What stands in the head of every file. */
  facts?: CsvFacts;
  /** Sentences below the chart. */
  notes?: readonly string[];
}

/** SVG's dashes as on and off lengths. */
function dashName(dash: string): string {
  if (dash === "") return "solid";
  const lengths = dash.split(" ");
  const pairs = lengths.length % 2 === 0 ? lengths : [...lengths, ...lengths];
  return `dash pattern=${pairs.map((length, index) => `${index % 2 === 0 ? "on" : "off"} ${length}pt`).join(" ")}`;
}

const marks: Record<Marker, string> = {
  ...{ circle: "mark=*", square: "mark=square*", diamond: "mark=diamond*", triangle: "mark=triangle*" },
  ...{ cross: "mark=+", star: "mark=star", wye: "mark=triangle*, mark options={rotate=180}", ring: "mark=o" },
};

/** Colour and marker of a line, as the page has them. */
const look = ({ colour, marker }: ExportLine, index: number): string =>
  `${colour === undefined ? "" : `, color=line${index}, mark options={solid}`}${marker === undefined ? "" : `, ${marks[marker]}`}`;

/** One number as pgfplots reads it; a gap is nan, which `unbounded coords=jump` leaves open. */
const coordinate = (value: number | null, kind: AxisKind): string =>
  value === null || !Number.isFinite(value) || (kind !== "linear" && value <= 0) ? "nan" : String(value);

/** Points with their band as error bars; a point without a band has bars of length 0. */
function barred(line: ExportLine, index: number, { xKind, yKind }: Pick<ExportChart, "xKind" | "yKind">): string {
  const { xs, ys, band } = line;
  const rows = xs.map((x, i) => {
    const y = ys[i] ?? null;
    const reach = (edge: number | null | undefined) => {
      const length = edge == null || y === null ? 0 : Math.abs(edge - y);
      return Number.isFinite(length) ? length : 0;
    };
    return `  ${coordinate(x, xKind)} ${coordinate(y, yKind)} ${reach(band?.high[i])} ${reach(band?.low[i])}`;
  });
  const options = "mark size=1.6pt, error bars/.cd, y dir=both, y explicit";
  const colours = look(line, index);
  return `\\addplot+[only marks${colours}, ${options}] table [y error plus index=2, y error minus index=3] {\n${rows.join("\n")}\n};`;
}

/** Both arms of a sector as one filled path through its centre; straight on log-log axes. null: it cannot be drawn there. */
function sector({ x, y, slopes: [steep, flat], from, to }: Wedge): string | null {
  const on = (slope: number, at: number) => `(${at},${y * (at / x) ** slope})`;
  const corners = [on(steep, from), `(${x},${y})`, on(steep, to), on(flat, to), `(${x},${y})`, on(flat, from)];
  if (corners.some((corner) => /NaN|Infinity|,0\)/.test(corner))) return null;
  return `\\addplot[draw=none, fill=black!8, area legend] coordinates {${corners.join(" ")}} --cycle;`;
}

/** A complete `tikzpicture` with the chart's own numbers; needs pgfplots ≥ 1.16 and, for bands, its fillbetween library. */
export function pgfplots(chart: ExportChart): string {
  const entries = [...chart.lines.filter((line) => !line.minor), ...chart.references, ...(chart.wedges ?? [])];
  const longest = Math.max(0, ...entries.map(({ label }) => label.length));
  const options = [
    `title={${escapeLatex(chart.title)}}`,
    `xlabel={${escapeLatex(chart.xLabel)}}`,
    `ylabel={${escapeLatex(chart.yLabel)}}`,
    `xmode=${chart.xKind === "linear" ? "linear" : "log"}`,
    ...(chart.xKind === "log2" ? ["log basis x=2"] : []),
    `ymode=${chart.yKind === "linear" ? "linear" : "log"}`,
    ...(chart.categories
      ? [
          `xtick={${chart.categories.map((_, index) => index).join(",")}}`,
          `xticklabels={${chart.categories.map((name) => `{${escapeLatex(name)}}`).join(",")}}`,
          "x tick label style={rotate=45,anchor=east}",
        ]
      : []),
    "unbounded coords=jump",
    `legend style={at={(0,${chart.plain ? -0.02 : chart.categories ? -0.4 : -0.22})}, anchor=north west, draw=none, font=\\footnotesize}`,
    "legend cell align=left",
    ...(longest > 40 ? [] : [`legend columns=${longest > 20 ? 2 : 4}`]),
    ...(chart.plain ? ["hide axis", "axis equal image"] : ["width=10cm", "height=7cm"]),
  ];
  const out = ["% \\usepackage{pgfplots} \\usepgfplotslibrary{fillbetween} \\pgfplotsset{compat=1.16}"];
  out.push(...commentLines(chart.facts ?? [], "%"));
  // A line break in a note would end the comment.
  for (const note of chart.notes ?? []) out.push(`% ${note.replace(/\s+/g, " ")}`);
  for (const [index, { colour }] of chart.lines.entries())
    if (colour !== undefined) out.push(`\\definecolor{line${index}}{HTML}{${plainColour(colour, false).slice(1).toUpperCase()}}`);
  out.push("\\begin{tikzpicture}");
  out.push(`\\begin{axis}[\n  ${options.join(",\n  ")}\n]`);
  const rows = (xs: readonly number[], ys: readonly (number | null)[]) =>
    xs.map((x, i) => `  ${coordinate(x, chart.xKind)} ${coordinate(ys[i] ?? null, chart.yKind)}`).join("\n");
  if (chart.xKind !== "linear" && chart.yKind !== "linear")
    for (const wedge of chart.wedges ?? []) {
      const path = sector(wedge);
      if (path === null) continue;
      out.push(path);
      out.push(`\\addlegendentry{${escapeLatex(wedge.label)}}`);
    }
  chart.lines.forEach((line, index) => {
    if (line.bars && line.band) {
      out.push(barred(line, index, chart));
      out.push(`\\addlegendentry{${escapeLatex(line.label)}}`);
      return;
    }
    if (line.band) {
      out.push(`\\addplot[draw=none, forget plot, name path=low${index}] table {\n${rows(line.xs, line.band.low)}\n};`);
      out.push(`\\addplot[draw=none, forget plot, name path=high${index}] table {\n${rows(line.xs, line.band.high)}\n};`);
      out.push(
        `\\addplot[forget plot, ${line.colour === undefined ? "black!12" : `line${index}, opacity=0.14`}] fill between[of=low${index} and high${index}];`,
      );
    }
    const drawn =
      line.draw === "dots" ? "only marks" : line.draw === "line" ? `${dashName(line.dash)}, mark repeat=12` : dashName(line.dash);
    const faint = line.minor ? ", forget plot, opacity=0.45" : "";
    out.push(`\\addplot+[mark size=1.2pt, ${drawn}${look(line, index)}${faint}] table {\n${rows(line.xs, line.ys)}\n};`);
    if (!line.minor) out.push(`\\addlegendentry{${escapeLatex(line.label)}}`);
  });
  for (const { y, label, points, pieces } of chart.references) {
    const path =
      pieces?.map((piece) => [
        { x: piece.from, y: piece.y },
        { x: piece.to, y: piece.y },
      ]) ?? (points ? [points] : []);
    for (const [index, part] of path.entries()) {
      out.push(
        `\\addplot[dashed, black!60, mark=none${index > 0 ? ", forget plot" : ""}] table {\n${rows(
          part.map(({ x }) => x),
          part.map((point) => point.y),
        )}\n};`,
      );
      if (index === 0) out.push(`\\addlegendentry{${escapeLatex(label)}}`);
    }
    if (path.length > 0) continue;
    const xs = chart.lines.flatMap((line) => line.xs.filter((x) => chart.xKind === "linear" || x > 0));
    if (xs.length === 0 || coordinate(y, chart.yKind) === "nan") continue;
    out.push(`\\addplot[dashed, black!60] coordinates {(${Math.min(...xs)},${y}) (${Math.max(...xs)},${y})};`);
    out.push(`\\addlegendentry{${escapeLatex(label)}}`);
  }
  out.push("\\end{axis}", "\\end{tikzpicture}", "");
  return out.join("\n");
}
