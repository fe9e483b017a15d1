import type { AxisKind } from "../axes/plotCoordinates.ts";
import type { Wedge } from "../chartTypes.ts";

interface ExportLine {
  label: string;
  xs: readonly number[];
  /** null is a gap. */
  ys: readonly (number | null)[];
  dash: string;
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
  references: readonly { y: number; label: string }[];
  /** Sectors of slopes through a point. */
  wedges?: readonly Wedge[];
  /** Sentences below the chart. */
  notes?: readonly string[];
}

const special: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  λ: "$\\lambda$",
  ρ: "$\\rho$",
  ε: "$\\varepsilon$",
  τ: "$\\tau$",
  ℓ: "$\\ell$",
  "∞": "$\\infty$",
  "≤": "$\\le$",
  μ: "$\\mu$",
  Σ: "$\\Sigma$",
  "±": "$\\pm$",
  "−": "$-$",
  "×": "$\\times$",
  "→": "$\\to$",
  "…": "\\dots{}",
  "–": "--",
};
export const escapeLatex = (text: string): string =>
  text.replace(/[\\{}$&#%_~^λρετℓ∞≤μΣ±−×→…–]/g, (character) => special[character] as string);

const styles: Record<string, string> = { "": "solid" };
const dashName = (dash: string): string => styles[dash] ?? "dashed";

/** One number as pgfplots reads it; a gap is nan, which `unbounded coords=jump` leaves open. */
const coordinate = (value: number | null, kind: AxisKind): string =>
  value === null || !Number.isFinite(value) || (kind !== "linear" && value <= 0) ? "nan" : String(value);

/** Points with their band as error bars; a point without a band has bars of length 0. */
function barred({ xs, ys, band }: ExportLine, { xKind, yKind }: Pick<ExportChart, "xKind" | "yKind">): string {
  const rows = xs.map((x, i) => {
    const y = ys[i] ?? null;
    const reach = (edge: number | null | undefined) => {
      const length = edge == null || y === null ? 0 : Math.abs(edge - y);
      return Number.isFinite(length) ? length : 0;
    };
    return `  ${coordinate(x, xKind)} ${coordinate(y, yKind)} ${reach(band?.high[i])} ${reach(band?.low[i])}`;
  });
  const options = "only marks, mark size=1.6pt, error bars/.cd, y dir=both, y explicit";
  return `\\addplot+[${options}] table [y error plus index=2, y error minus index=3] {\n${rows.join("\n")}\n};`;
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
    "legend pos=outer north east",
    "width=10cm",
    "height=7cm",
  ];
  const out = ["% \\usepackage{pgfplots} \\usepgfplotslibrary{fillbetween} \\pgfplotsset{compat=1.16}"];
  // A line break in a note would end the comment.
  for (const note of chart.notes ?? []) out.push(`% ${note.replace(/\s+/g, " ")}`);
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
      out.push(barred(line, chart));
      out.push(`\\addlegendentry{${escapeLatex(line.label)}}`);
      return;
    }
    if (line.band) {
      out.push(`\\addplot[draw=none, forget plot, name path=low${index}] table {\n${rows(line.xs, line.band.low)}\n};`);
      out.push(`\\addplot[draw=none, forget plot, name path=high${index}] table {\n${rows(line.xs, line.band.high)}\n};`);
      out.push(`\\addplot[forget plot, black!12] fill between[of=low${index} and high${index}];`);
    }
    const marks = line.draw === "dots" ? "only marks" : dashName(line.dash);
    out.push(`\\addplot+[mark size=1.2pt, ${marks}] table {\n${rows(line.xs, line.ys)}\n};`);
    out.push(`\\addlegendentry{${escapeLatex(line.label)}}`);
  });
  for (const { y, label } of chart.references) {
    const xs = chart.lines.flatMap((line) => line.xs.filter((x) => chart.xKind === "linear" || x > 0));
    if (xs.length === 0 || coordinate(y, chart.yKind) === "nan") continue;
    out.push(`\\addplot[dashed, black!60] coordinates {(${Math.min(...xs)},${y}) (${Math.max(...xs)},${y})};`);
    out.push(`\\addlegendentry{${escapeLatex(label)}}`);
  }
  out.push("\\end{axis}", "\\end{tikzpicture}", "");
  return out.join("\n");
}
