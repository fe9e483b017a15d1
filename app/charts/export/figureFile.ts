import type { CsvFacts } from "../../../contract/csv.ts";
import { drawChart } from "./drawChart.ts";
import { svgFile } from "./drawing.ts";
import { type Figure, type Look, shownSeries } from "./figure.ts";
import { figureJson } from "./figureJson.ts";
import { figureCsv } from "./figureTable.ts";
import { latexTable } from "./latexTable.ts";
import { drawMaps } from "./maps/drawMaps.ts";
import { mapsMatplotlib, mapsPgfplots } from "./maps/mapScripts.ts";
import { matplotlib } from "./matplotlib.ts";
import { pgfplots } from "./pgfplots.ts";

/** What a figure can be saved as, beside a PNG, which a browser draws from the SVG. */
export type TextFormat = "svg" | "csv" | "json" | "pgfplots" | "matplotlib" | "table";

export const endings: Record<TextFormat, { ending: string; type: string }> = {
  svg: { ending: "svg", type: "image/svg+xml" },
  csv: { ending: "csv", type: "text/csv" },
  json: { ending: "json", type: "application/json" },
  pgfplots: { ending: "tex", type: "text/plain" },
  matplotlib: { ending: "py", type: "text/x-python" },
  table: { ending: "table.tex", type: "text/plain" },
};

/** A figure as SVG, with its size in px. */
export function figureSvg(figure: Figure, facts: CsvFacts, look: Look): { text: string; width: number; height: number } {
  const drawing = figure.kind === "chart" ? drawChart(figure, look) : drawMaps(figure, look);
  return { text: svgFile(drawing, figure.title, facts, look), width: drawing.width, height: drawing.height };
}

/** The text of a figure's file. @param name of the file, without its ending */
export function figureText(format: TextFormat, figure: Figure, facts: CsvFacts, name: string, look: Look): string {
  switch (format) {
    case "svg":
      return figureSvg(figure, facts, look).text;
    case "csv":
      return figureCsv(figure, facts);
    case "json":
      return figureJson(figure, facts);
    case "table":
      return latexTable(figure, facts);
    case "matplotlib":
      return figure.kind === "chart" ? matplotlib(figure, facts, name) : mapsMatplotlib(figure, facts, name);
    case "pgfplots": {
      if (figure.kind === "maps") return mapsPgfplots(figure, facts);
      const { title, x, y, references, wedges, plain } = figure;
      return pgfplots({
        ...{ title, xLabel: x.label, yLabel: y.label, xKind: x.kind, yKind: y.kind, facts, wedges, references, plain },
        ...(x.categories ? { categories: x.categories } : {}),
        lines: shownSeries(figure).map((one) => ({
          ...one,
          colour: one.style.colour,
          marker: one.style.marker,
          dash: one.style.dash,
        })),
      });
    }
  }
}
