import type { CsvFacts } from "../../../contract/csv.ts";
import type { AxisOptions } from "../axes/axisOptions.ts";
import type { ChartSeries, DropMark, ReferenceMark, Wedge } from "../chartTypes.ts";

/** Numbers behind a figure, all of them. */
export interface FigureTable {
  columns: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
}

/** A table as it is read; cells that are numbers are set as such. */
export interface TextTable {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** What a line of a table of means is of: the values of some runs at one place. */
export interface SummaryRow {
  line: string;
  /** Place on the x axis, as text. */
  x: string;
  values: readonly number[];
}

interface FigureBase {
  title: string;
  /** Unique on its page; part of the file's name. */
  panelId: string;
  /** Sentences below the figure: what it does not show. */
  notes: readonly string[];
  /** All stored points, where the drawn ones are a selection or a projection of them. */
  table?: FigureTable;
  /** Rows of the table of means, where the drawn points do not say them. */
  summary?: readonly SummaryRow[];
  /** The table for LaTeX in the page's own words and numbers, where it is not one of means at places. */
  tabular?: TextTable;
  /** What else stands in the head of each file: what is drawn, where no metric's definition says it. */
  facts?: CsvFacts;
}

/** Lines, bands and dots on two axes. */
export interface ChartFigure extends FigureBase {
  kind: "chart";
  x: AxisOptions;
  y: AxisOptions;
  /** All of them; the hidden ones are in the numbers, but not in the picture. */
  series: readonly ChartSeries[];
  references: readonly ReferenceMark[];
  wedges: readonly Wedge[];
  drops: readonly DropMark[];
  floor: { y: number; label: string } | null;
  smoothing: number;
  /** One unit is as long on both axes, and neither has numbers: a projection. */
  plain?: boolean;
}

/** Cosines between vectors as a matrix of colours. */
export interface FigureMap {
  title: string;
  /** A number below the title. */
  note?: string;
  /** Of rows and columns. */
  names: readonly string[];
  /** [K, K], row-major */
  cosines: readonly number[];
  /** [K, K] standard deviations over the runs; null for one run. */
  deviations: readonly number[] | null;
  /** Runs behind it. */
  count: number;
  /** Frames the last so many rows and columns. */
  block?: number;
}

/** Matrices of colours side by side. */
export interface MapsFigure extends FigureBase {
  kind: "maps";
  maps: readonly FigureMap[];
  /** How many stand in a row; three where it is not said. */
  perRow?: number;
}

export type Figure = ChartFigure | MapsFigure;

/** How a picture is coloured: a white ground goes with the colours of the light theme. */
export interface Look {
  ground: "white" | "transparent";
  dark: boolean;
}

export const shownSeries = ({ series }: Pick<ChartFigure, "series">): ChartSeries[] => series.filter((one) => !one.hidden);
