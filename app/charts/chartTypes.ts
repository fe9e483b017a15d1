import type { LineStyle } from "./lineStyle.ts";

/** One line (or cloud of dots) in measured numbers; what the axis cannot show becomes a named gap. */
export interface ChartSeries {
  id: string;
  /** Text of the legend and of the tables. */
  label: string;
  /** What the crosshair calls it, where the label says more than fits there. */
  shortLabel?: string;
  /** Short text at the line's right end. */
  endLabel?: string;
  style: LineStyle;
  xs: readonly number[];
  /** What the CSV says in place of `xs`, where those were moved apart for the eye. */
  trueXs?: readonly number[];
  /** null: missing. */
  ys: readonly (number | null)[];
  draw: "line" | "dots" | "line-and-dots";
  /** Per point: true draws a hollow marker (a run that is not finished). */
  hollow?: readonly boolean[];
  /** Per point: what the crosshair adds, such as a run's name. */
  notes?: readonly string[];
  band?: { low: readonly (number | null)[]; high: readonly (number | null)[] };
  /** Per point: the values of the runs behind it, for tables of means. */
  samples?: readonly (readonly number[])[];
  /** The fit through the points, for tables. */
  slope?: {
    slope: number;
    standardError: number | null;
    low: number | null;
    high: number | null;
    from: number;
    to: number;
    count: number;
  };
  /** Draws the band as a bar at each point, where nothing lies between the points. */
  bars?: boolean;
  /** Raw line, drawn faint behind a smoothed one. */
  behind?: { xs: readonly number[]; ys: readonly (number | null)[] };
  /** Not drawn but kept in the legend. */
  hidden?: boolean;
  /** Faint company of another line: left out of the legend. */
  minor?: boolean;
  /** Its dots are drawn large and at full strength though they are minor. */
  strong?: boolean;
  /** Without markers, and silent under the crosshair. */
  bare?: boolean;
}

/** A horizontal line such as L*, or (with `points`) one that depends on x, or (with `pieces`) one at each place. */
export interface ReferenceMark {
  y: number;
  label: string;
  points?: readonly { x: number; y: number }[];
  pieces?: readonly { from: number; to: number; y: number }[];
  /** Which end has the label; the right one by default. */
  labelAt?: "left" | "right";
}

/** The sector between two slopes on log-log axes through a point, in measured numbers. */
export interface Wedge {
  x: number;
  y: number;
  slopes: [number, number];
  /** Range of x it spans. */
  from: number;
  to: number;
  label: string;
}

/** A place on the x axis that a line falls down to from a height, with its value beside it. */
export interface DropMark {
  id: string;
  x: number;
  y: number;
  label: string;
  colour: string;
}
