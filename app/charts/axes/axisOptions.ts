import type { AxisKind } from "./plotCoordinates.ts";

/** What an axis is asked to show. */
export interface AxisOptions {
  label: string;
  kind: AxisKind;
  /** Fixed range in measured numbers. */
  range?: readonly [number, number] | null;
  /** Values that get the ticks (depths, noise rates). */
  tickValues?: readonly number[];
  /** Counts things: no tick of a linear axis lies between whole numbers. */
  whole?: boolean;
  /** Names of the places 0, 1, 2, … of a linear axis, in place of numbers. */
  categories?: readonly string[];
}
