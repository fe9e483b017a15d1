import { isExternal } from "../../contract/external/externalConfig.ts";
import { leaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { AnyExperimentDetail, ExternalExperimentDetail } from "../../contract/wire/externalViews.ts";
import { previewSize } from "../../contract/wire/linkPreview.ts";
import { drawPlot } from "../charts/export/drawChart.ts";
import type { ChartFigure } from "../charts/export/figure.ts";
import { palette } from "../charts/export/plainColour.ts";
import { element, textAt } from "../charts/export/svgText.ts";
import { externalDrawing } from "../result/external/model/externalDrawing.ts";
import { offeredMetrics } from "../result/model/metrics/studyMetrics.ts";
import { findings } from "../result/model/study/findings.ts";
import { studyDrawing } from "../result/model/study/studyDrawing.ts";
import { countOf } from "../text/formatNumber.ts";
import { fitText, picturable, textWidth } from "./fitText.ts";

const { width, height } = previewSize;
const margin = 56;
const inner = width - 2 * margin;
const colourOf = (name: string) => (palette[name] as readonly [string, string])[0];
const byItself = { over: null, lines: null, log: null, fit: null, tau: null };

/** The picture of a study that a chat or a feed shows for a link to it: its name, its state, and its curve if there is one. */
export function drawPreview(detail: AnyExperimentDetail): string {
  const figure = figureOf(detail);
  const [name, facts] = [picturable(detail.name) || "A study of neural collapse", factsOf(detail)];
  const size = figure === null ? 64 : 46;
  const title = fitText(name, { width: inner, size, lines: figure === null ? 4 : 2 });
  const lineHeight = 1.2 * size;
  const markup: string[] = [];
  const top = figure === null ? 130 : 44;
  for (const [index, line] of title.entries())
    markup.push(textAt(line, margin, top + 0.8 * size + index * lineHeight, { "font-size": size, fill: colourOf("--ink") }));
  let y = top + title.length * lineHeight + 8;
  for (const line of fitFacts(facts.map(picturable), inner - 170)) {
    y += 30;
    markup.push(textAt(line, margin, y, { "font-size": 24, fill: colourOf("--ink-soft") }));
  }
  markup.push(brand(figure === null ? height - 60 : y));
  if (figure !== null) {
    const room = height - y - 20 - 28;
    const plot = drawPlot(figure, { ground: "white", dark: false }, { width: inner + 40, height: room, scale: 1.9, raise: true });
    markup.push(element("g", { transform: `translate(${margin - 30},${y + 20})` }, plot));
  }
  const attributes = {
    ...{ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
    "font-family": "Geist, KaTeX_Main, KaTeX_Math, sans-serif",
  };
  return element("svg", attributes, `${element("rect", { width, height, fill: "#ffffff" })}${markup.join("")}`);
}

/** As many of them on a line as have room, at least the first. */
function fitFacts(facts: readonly string[], room: number): string[] {
  const joined = facts.map((_, index) => facts.slice(0, index + 1).join(" · "));
  const fitting = joined.findLast((line) => textWidth(line, 24) <= room) ?? joined[0] ?? "";
  return fitText(fitting, { width: room, size: 24, lines: 1 });
}

/** "5 of 18 runs finished", "Depth 8: NC1 0.0073", "slope of NC1 −0.94 ± 0.08" */
function factsOf(detail: AnyExperimentDetail): string[] {
  const { runs } = detail;
  const lines = isExternal(detail) ? [] : findings(detail.runs, leaveOutRule(detail.config.convergence)).lines;
  const finished = runs.filter(({ status }) => status === "finished").length;
  const state = finished === runs.length ? countOf(runs.length, "run") : `${finished} of ${countOf(runs.length, "run")} finished`;
  // An interval has no room here.
  const found = lines[0]?.text.replace(/ \([^()]*\)/g, "").split(/; |, /) ?? [];
  return [state, ...found.filter((part) => !part.startsWith("N = "))];
}

/** The curve of the study by NC1, or by the first metric that it has; null if it has none yet. */
function figureOf(detail: AnyExperimentDetail): ChartFigure | null {
  if (isExternal(detail)) return externalFigure(detail);
  const { runs, config } = detail;
  const rule = leaveOutRule(config.convergence);
  const metrics = [...new Set(["nc1.ratio" as const, ...offeredMetrics(runs, "train", "nc1.ratio")])];
  for (const metric of metrics) {
    const drawn = studyDrawing(runs, { metric, split: "train", ...byItself }, rule);
    if (!drawn.series.some(({ ys }) => ys.some((y) => y !== null))) continue;
    const { x, y, series, references, wedges, drops, floor, title } = drawn;
    return {
      ...{ kind: "chart", panelId: "preview", title, notes: [], x, y, series, references, wedges, drops, floor, smoothing: 0 },
    };
  }
  return null;
}

/** Over the key of their configs that is first in line; over the steps there is no curve here: their series are not read. */
function externalFigure({ runs, config }: ExternalExperimentDetail): ChartFigure | null {
  const choice = { measure: null, split: "train", over: null, lines: null, log: null, logX: false, fit: null } as const;
  const series = () => ({ steps: [], values: [], total: 0 });
  const drawn = externalDrawing({ series }, runs, choice, leaveOutRule(config.convergence));
  if (!drawn.series.some(({ ys }) => ys.some((y) => y !== null))) return null;
  const { x, y, references, heading: title } = drawn;
  const none = { wedges: [], drops: [], floor: null, notes: [], smoothing: 0 };
  return { kind: "chart", panelId: "preview", title, x, y, series: drawn.series, references, ...none };
}

/** The program's mark at the right margin. */
function brand(baseline: number): string {
  const ink = colourOf("--ink");
  const words = textWidth("Collapsar", 24);
  const mark = [
    element("path", {
      d: "M16 17V8M16 17l7.8 4.5M16 17l-7.8 4.5",
      ...{ stroke: colourOf("--accent"), "stroke-width": 2.6, "stroke-linecap": "round" },
    }),
    ...(
      [
        [16, 6.5],
        [25.2, 22.2],
        [6.8, 22.2],
      ] as const
    ).map(([cx, cy]) => element("circle", { cx, cy, r: 3.4, fill: ink })),
  ];
  return [
    element("g", { transform: `translate(${width - margin - words - 36},${baseline - 23})` }, mark.join("")),
    textAt("Collapsar", width - margin, baseline, { "font-size": 24, "text-anchor": "end", fill: ink }),
  ].join("");
}
