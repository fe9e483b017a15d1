import { layoutChart } from "../layout/chartGeometry.ts";
import { drawAxes, type Frame, planAxes } from "./drawAxes.ts";
import { type Drawing, drawLegend, drawTitle } from "./drawing.ts";
import { drawLines, drawMarkers, drawUnder, linesOf } from "./drawMarks.ts";
import { type ChartFigure, type Look, shownSeries } from "./figure.ts";
import { element } from "./svgText.ts";

export interface ChartSize {
  width: number;
  /** Of plot and axes. */
  height: number;
  /** Everything larger by this factor. */
  scale?: number;
  /** Superscripts are raised digits: the font at hand lacks them. */
  raise?: boolean;
}

const usual: ChartSize = { width: 720, height: 400 };
const square: ChartSize = { width: 560, height: 560 };

/** A chart with its title above and the names of its lines below. */
export function drawChart(figure: ChartFigure, look: Look, size = figure.plain ? square : usual): Drawing {
  const dark = look.dark && look.ground !== "white";
  const title = drawTitle(figure.title, size.width, dark);
  const named = shownSeries(figure).filter((one) => !one.minor);
  const legend = drawLegend(named, title.height + size.height, size.width, dark);
  const plot = element("g", { transform: `translate(0,${title.height})` }, drawPlot(figure, look, size));
  return {
    markup: `${title.markup}${plot}${legend.markup}`,
    width: size.width,
    height: Math.ceil(title.height + size.height + legend.height),
  };
}

/** The plot alone with its axes, as on the page: the same places, lines, bands, markers and labels. */
export function drawPlot(figure: ChartFigure, look: Look, { width, height, scale = 1, raise = false }: ChartSize): string {
  const { x, y, references } = figure;
  const dark = look.dark && look.ground !== "white";
  const series = shownSeries(figure);
  const domains = layoutChart(series, x, y, references);
  const right = scale * (14 + Math.max(0, ...series.map(({ endLabel = "" }) => 6.2 * endLabel.length)));
  const top = 8 * scale;
  const plan = planAxes(figure, domains, { width, height, right }, scale);
  const area = figure.plain
    ? { x: 10, y: top, width: width - 20, height: height - 20 }
    : { x: plan.left, y: top, width: Math.max(40, width - plan.left - right), height: height - top - plan.below };
  const along = (domain: [number, number], at: number) => (at - domain[0]) / (domain[1] - domain[0]);
  const frame: Frame = {
    area,
    px: (at) => area.x + area.width * along(domains.xDomain, at),
    py: (at) => area.y + area.height * (1 - along(domains.yDomain, at)),
  };
  const marks = { dark, inside: look.ground === "white" ? "#ffffff" : "none", scale, raise };
  const lines = linesOf(figure, series, domains.drawn);
  // An id within the file: the picture of a page has many charts, and so may the page that this is put into.
  const clip = `plot-${figure.panelId.replace(/[^\w-]/g, "-")}`;
  const inside = element("rect", { x: area.x, y: area.y - 1, width: area.width, height: area.height + 2 });
  return [
    figure.plain ? "" : drawAxes(figure, plan, frame, { dark, scale, raise }),
    element("clipPath", { id: clip }, inside),
    element(
      "g",
      { "clip-path": `url(#${clip})` },
      `${drawUnder(figure, domains, frame, marks)}${drawLines(figure, lines, frame, marks)}` || " ",
    ),
    drawMarkers(lines, frame, marks),
  ].join("");
}
