import type { CsvFacts } from "../../../contract/csv.ts";
import { fromPlot, toPlot } from "../axes/plotCoordinates.ts";
import type { ChartSeries, ReferenceMark, Wedge } from "../chartTypes.ts";
import { layoutChart } from "../layout/chartGeometry.ts";
import { smoothSeries } from "../layout/smoothSeries.ts";
import type { LineStyle, Marker } from "../lineStyle.ts";
import { spreadMarkers } from "../marks/spreadMarkers.ts";
import { isDrawable } from "../marks/wedgePath.ts";
import { type ChartFigure, shownSeries } from "./figure.ts";
import { commentLines } from "./figureFacts.ts";
import { plainColour } from "./plainColour.ts";
import { plainLabel, pythonArguments, pythonList, pythonNumber, pythonText } from "./python.ts";

const markerNames: Record<Marker, string> = {
  ...{ circle: '"o"', square: '"s"', diamond: '"D"', triangle: '"^"' },
  ...{ cross: '"P"', star: '"*"', wye: '"v"', ring: '"$\\u25CE$"' },
};

const dashOf = (dash: string): string =>
  dash === "" ? '"-"' : `(0, (${[...dash.split(" "), ...(dash.split(" ").length % 2 ? dash.split(" ") : [])].join(", ")}))`;

/** What every such script begins with, and how it saves what it has drawn. */
export function pythonScript(facts: CsvFacts, what: string, body: readonly string[], name: string): string {
  return [
    "#!/usr/bin/env python3",
    ...commentLines(facts, "#"),
    "# Draws the figure as a file: python3 THIS_FILE [figure.pdf]. It needs matplotlib, and Python 3.9 or newer.",
    "import sys",
    "",
    "import matplotlib",
    "",
    'matplotlib.use("Agg")',
    "import matplotlib.pyplot as plt",
    "",
    'nan = float("nan")',
    ...body,
    `out = sys.argv[1] if len(sys.argv) > 1 else ${pythonText(`${name}.pdf`)}`,
    `fig.savefig(out, dpi=200, bbox_inches="tight", metadata={"Title": ${pythonText(what)}} if out.endswith((".pdf", ".png", ".svg")) else None)`,
    'print("wrote", out)',
    "",
  ].join("\n");
}

/** A Python script that holds a chart's numbers and draws it with matplotlib: lines, bands, markers, axes, references, labels, legend. */
export function matplotlib(figure: ChartFigure, facts: CsvFacts, name: string): string {
  const series = shownSeries(figure);
  const domains = layoutChart(series, figure.x, figure.y, figure.references);
  const body = [
    `fig, ax = plt.subplots(figsize=(${figure.plain ? "6, 6" : "8, 5"}), constrained_layout=True)`,
    `ax.set_title(${plainLabel(figure.title)}, loc="left", fontsize="medium", fontweight="bold")`,
    ...axes(figure, domains),
    ...under(figure, domains.yDomain),
    ...series.flatMap((one) => drawSeries(figure, one)),
    ...figure.references.flatMap((reference) => drawReference(reference)),
    ...figure.drops.flatMap(({ x, y, label, colour }) => [
      `ax.plot([${pythonNumber(x)}, ${pythonNumber(x)}], [${pythonNumber(y)}, ax.get_ylim()[0]], color="${plainColour(colour, false)}", linestyle=":", linewidth=1.5)`,
      `ax.annotate(${plainLabel(label)}, (${pythonNumber(x)}, ax.get_ylim()[0]), xytext=(6, 6), textcoords="offset points", fontsize=8)`,
    ]),
    ...legend(figure),
  ];
  return pythonScript(facts, figure.title, body, name);
}

/** Below the axes, so that it covers nothing; short names side by side. */
function legend(figure: ChartFigure): string[] {
  const labels = [...shownSeries(figure).filter((one) => !one.minor), ...drawnWedges(figure)].map(({ label }) => label.length);
  if (labels.length === 0) return [];
  const columns = Math.max(1, Math.min(4, labels.length, Math.floor((figure.plain ? 75 : 105) / (8 + Math.max(...labels)))));
  const low = figure.plain ? "-0.02" : figure.x.categories ? "-0.3" : "-0.14";
  return [
    `ax.legend(fontsize="small", frameon=False, loc="upper left", bbox_to_anchor=(0, ${low}), borderaxespad=0, ncol=${columns})`,
  ];
}

const drawnWedges = ({ x, y, wedges }: ChartFigure): readonly Wedge[] =>
  x.kind === "linear" || y.kind === "linear" ? [] : wedges.filter(isDrawable);

function axes(
  { x, y, plain }: ChartFigure,
  { xDomain, yDomain }: Pick<ReturnType<typeof layoutChart>, "xDomain" | "yDomain">,
): string[] {
  const limits = (axis: ChartFigure["x"], [low, high]: [number, number]) =>
    `${pythonNumber(fromPlot(low, axis.kind))}, ${pythonNumber(fromPlot(high, axis.kind))}`;
  const scale = (which: "x" | "y", kind: ChartFigure["x"]["kind"]) =>
    kind === "linear" ? [] : [`ax.set_${which}scale("log", base=${kind === "log2" ? 2 : 10})`];
  const out = [
    ...scale("x", x.kind),
    ...scale("y", y.kind),
    `ax.set_xlim(${limits(x, xDomain)})`,
    `ax.set_ylim(${limits(y, yDomain)})`,
  ];
  if (plain) return [...out, 'ax.set_aspect("equal")', "ax.set_axis_off()"];
  out.push(
    `ax.set_xlabel(${plainLabel(x.label)})`,
    `ax.set_ylabel(${plainLabel(y.label)})`,
    'ax.grid(True, color="#ebebe7", linewidth=0.8)',
  );
  const places = x.categories?.map((_, at) => at) ?? x.tickValues?.filter((value) => toPlot(value, x.kind) !== null);
  if (places === undefined || places.length === 0) return out;
  const names = x.categories ?? places.map(String);
  return [
    ...out,
    "ax.minorticks_off()",
    `ax.set_xticks(${pythonList(places)})`,
    `ax.set_xticklabels([${names.map(plainLabel).join(", ")}]${x.categories ? ', rotation=45, ha="right"' : ""})`,
  ];
}

function under(figure: ChartFigure, yDomain: [number, number]): string[] {
  const { floor, y } = figure;
  const out: string[] = [];
  const floorAt = floor === null ? null : toPlot(floor.y, y.kind);
  if (floor !== null && floorAt !== null && y.kind === "log10" && floorAt > yDomain[0]) {
    out.push(`ax.axhspan(ax.get_ylim()[0], ${pythonNumber(floor.y)}, color="#e6e6e2", zorder=0)`);
    out.push(
      `ax.annotate(${plainLabel(floor.label)}, (0, 0), xycoords="axes fraction", xytext=(5, 5), textcoords="offset points", fontsize=8, color="#6a6c75")`,
    );
  }
  return [...out, ...drawnWedges(figure).flatMap(drawWedge)];
}

/** Both arms of a sector of slopes through a point; straight on log-log axes. */
function drawWedge({ x, y, slopes: [steep, flat], from, to, label }: Wedge): string[] {
  const on = (slope: number, at: number) => y * (at / x) ** slope;
  const xs = [from, x, to, to, x, from];
  const ys = [on(steep, from), y, on(steep, to), on(flat, to), y, on(flat, from)];
  if (![...xs, ...ys].every((value) => Number.isFinite(value) && value > 0)) return [];
  return [`ax.fill(${pythonList(xs)}, ${pythonList(ys)}, color="#6a6c75", alpha=0.16, linewidth=0, label=${plainLabel(label)})`];
}

function drawReference({ y, label, points, pieces, labelAt }: ReferenceMark): string[] {
  const style = 'color="#6a6c75", linestyle="--", linewidth=1.25';
  const beside = (x: string, at: number, anchor: string) =>
    `ax.annotate(${plainLabel(label)}, (${x}, ${pythonNumber(at)}), xytext=(${anchor === "left" ? 5 : -5}, 3), textcoords="offset points", ha="${anchor}", fontsize=8, color="#6a6c75")`;
  if (pieces) {
    const last = pieces.at(-1);
    const lines = pieces.map(
      (piece) =>
        `ax.plot([${pythonNumber(piece.from)}, ${pythonNumber(piece.to)}], [${pythonNumber(piece.y)}, ${pythonNumber(piece.y)}], ${style})`,
    );
    return last ? [...lines, beside(pythonNumber(last.to), last.y, "left")] : [];
  }
  if (points) {
    const last = points.at(-1);
    if (last === undefined) return [];
    return [
      `ax.plot(${pythonList(points.map((point) => point.x))}, ${pythonList(points.map((point) => point.y))}, ${style})`,
      beside(pythonNumber(last.x), last.y, "right"),
    ];
  }
  const anchor = labelAt ?? "right";
  return [`ax.axhline(${pythonNumber(y)}, ${style})`, beside(`ax.get_xlim()[${anchor === "left" ? 0 : 1}]`, y, anchor)];
}

/** What an axis cannot show is a gap. */
const shown = (values: readonly (number | null | undefined)[], kind: ChartFigure["x"]["kind"]) =>
  values.map((value) => (toPlot(value, kind) === null ? null : (value as number)));

/** A running average of what is drawn, in measured numbers: geometric on a logarithmic axis. */
function smoothed(ys: readonly (number | null)[], { smoothing, y }: ChartFigure): (number | null)[] {
  const places = smoothSeries(
    ys.map((value) => toPlot(value, y.kind)),
    smoothing,
  );
  return places.map((place) => (place === null ? null : fromPlot(place, y.kind)));
}

function drawSeries(figure: ChartFigure, one: ChartSeries): string[] {
  const { style, draw, band, bars, minor, strong, bare } = one;
  const colour = plainColour(style.colour, false);
  const xs = shown(one.xs, figure.x.kind);
  const raw = shown(one.ys, figure.y.kind);
  const smooth = figure.smoothing > 0 && draw === "line";
  const ys = smooth ? smoothed(raw, figure) : raw;
  const label = minor ? undefined : plainLabel(one.label);
  const alpha = minor && !strong ? "0.45" : style.opacity === undefined ? undefined : String(style.opacity);
  const out = ["", `# ${one.label.replace(/\s+/g, " ")}`.toWellFormed(), `x = ${pythonList(xs)}`, `y = ${pythonList(ys)}`];
  if (band && !bars) {
    const edges = `${pythonList(shown(band.low, figure.y.kind))}, ${pythonList(shown(band.high, figure.y.kind))}`;
    out.push(`ax.fill_between(x, ${edges}, color="${colour}", alpha=0.14, linewidth=0)`);
  }
  if (band && bars) {
    const reach = (edges: readonly (number | null)[]) =>
      edges.map((edge, at) => (edge == null || ys[at] == null ? 0 : Math.abs(edge - (ys[at] as number))));
    out.push(
      `ax.errorbar(x, y, yerr=[${pythonList(reach(band.low))}, ${pythonList(reach(band.high))}], fmt="none", ecolor="${colour}", elinewidth=1.25, capsize=4)`,
    );
  }
  if (smooth) out.push(`ax.plot(x, ${pythonList(raw)}, color="${colour}", alpha=0.28, linewidth=1)`);
  const size = strong ? 8 : minor ? 4 : draw === "line" ? 5 : 6.5;
  const markers = { marker: markerNames[style.marker], markersize: String(size) };
  if (draw !== "dots") {
    const every = draw === "line" && !bare ? markEvery(xs, ys) : undefined;
    const marked = bare ? {} : draw === "line" ? (every === undefined ? {} : { ...markers, markevery: every }) : markers;
    const faces = draw === "line-and-dots" && one.hollow?.some(Boolean) ? { markerfacecolor: '"white"' } : {};
    const line = { linestyle: dashOf(style.dash), linewidth: minor ? "1" : "1.75", alpha, label };
    out.push(`ax.plot(x, y, ${pythonArguments({ color: `"${colour}"`, ...marked, ...faces, ...line })})`);
    // Filled ones lie over the hollow ones of those that are not finished.
    if (draw === "line-and-dots" && one.hollow?.some(Boolean))
      out.push(...dots(one, ys, style, colour, size, alpha, undefined, false));
  } else out.push(...dots(one, ys, style, colour, size, alpha, label, true));
  if (one.endLabel) {
    const at = ys.findLastIndex((value) => value !== null);
    if (at >= 0)
      out.push(
        `ax.annotate(${plainLabel(one.endLabel)}, (x[${at}], y[${at}]), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)`,
      );
  }
  return out;
}

/** Hollow and filled markers of one series, each in one call. */
function dots(
  { hollow }: ChartSeries,
  ys: readonly (number | null)[],
  { marker }: LineStyle,
  colour: string,
  size: number,
  alpha: string | undefined,
  label: string | undefined,
  withHollow: boolean,
): string[] {
  const pick = (wanted: boolean) => pythonList(ys.map((value, at) => ((hollow?.[at] ?? false) === wanted ? value : null)));
  const common = { color: `"${colour}"`, linestyle: '"none"', marker: markerNames[marker], markersize: String(size), alpha };
  const filled = `ax.plot(x, ${pick(false)}, ${pythonArguments({ ...common, label })})`;
  if (!withHollow || !hollow?.some(Boolean)) return [filled];
  return [filled, `ax.plot(x, ${pick(true)}, ${pythonArguments({ ...common, markerfacecolor: '"white"' })})`];
}

/** A few markers along a line, at the places where the page has them. */
function markEvery(xs: readonly (number | null)[], ys: readonly (number | null)[]): string | undefined {
  const points = xs.map((x, at) => ({ x: x ?? 0, y: x === null ? null : (ys[at] ?? null), rawX: x ?? 0, rawY: null }));
  const picked = spreadMarkers(points, points.length > 60 ? 5 : 7);
  return picked.length === 0 ? undefined : `[${picked.join(", ")}]`;
}
