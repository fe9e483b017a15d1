import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { sameData } from "../grid/dataVersions.ts";
import { type Cell, cellKey, type GridAxisId, groupCells } from "../grid/gridAxes.ts";
import { categoryAxisIds, isCategoryAxis, numberAxisIds, type StudyAxisId, studyAxes } from "./studyAxes.ts";

type WithConfig = { config: RunConfig };

/** A place on an axis is the config's alone, whatever data are behind its names. */
const placeCells = <T extends WithConfig>(rows: readonly T[], axis: GridAxisId): Cell<T>[] =>
  groupCells(rows, [axis], () => sameData);

/** The categories of an axis in order, by the names that distinguish them; null for a numeric axis. */
export function categoriesOn(axis: StudyAxisId, rows: readonly WithConfig[]): string[] | null {
  return isCategoryAxis(axis) ? placeCells(rows, axis).map((cell) => cell.label) : null;
}

/**
 * Place of a config on an axis, a category's being its number; null where it has none: free features have no depth beside networks
 * that do, and 0 no place on a logarithmic axis. Such runs are drawn across.
 */
export function placesOn(axis: StudyAxisId, rows: readonly WithConfig[]): (config: RunConfig) => number | null {
  if (isCategoryAxis(axis)) {
    const numbers = new Map(placeCells(rows, axis).map((cell, index) => [cell.key, index]));
    return (config) => numbers.get(cellKey(config, [axis])) ?? null;
  }
  const { value, kind } = studyAxes[axis];
  const networks = rows.some(({ config }) => config.architecture !== "ufm");
  return (config) => {
    if (axis === "depth" && networks && config.architecture === "ufm") return null;
    const at = value(config);
    return at !== null && kind !== "linear" && !(at > 0) ? null : at;
  };
}

/** The places on an axis at which there are runs, in order; for categories all of them. */
export function takenPlaces(axis: StudyAxisId, rows: readonly WithConfig[]): number[] {
  const place = placesOn(axis, rows);
  return [...new Set(rows.map(({ config }) => place(config)).filter((at) => at !== null))].sort((a, b) => a - b);
}

/** Whether one number tells all values of a category axis apart, which then need not be categories. */
function isOneNumber(axis: StudyAxisId, rows: readonly WithConfig[]): boolean {
  return numberAxisIds.some((number) => {
    const { grid, without } = studyAxes[number];
    if (grid !== axis) return false;
    const place = placesOn(number, rows);
    return (
      rows.every(({ config }) => place(config) !== null) &&
      new Set(rows.map(({ config }) => cellKey(without(config), [grid]))).size === 1
    );
  });
}

/** The axes on which the runs stand at more than one place: numbers first, then categories that are more than a number. */
export function varyingStudyAxes(rows: readonly WithConfig[]): StudyAxisId[] {
  const varies = (axis: StudyAxisId) => takenPlaces(axis, rows).length > 1;
  return [...numberAxisIds.filter(varies), ...categoryAxisIds.filter((axis) => varies(axis) && !isOneNumber(axis, rows))];
}

/** Whether most values of the grid's axis have a place on the axis: one family's strength says nothing of the others. */
function placesMost(axis: StudyAxisId, rows: readonly WithConfig[]): boolean {
  const place = placesOn(axis, rows);
  const values = placeCells(rows, studyAxes[axis].grid);
  return 2 * values.filter(({ config }) => place(config) !== null).length > values.length;
}

/** The axis drawn when none is chosen: the first that varies and has a place for most of the runs. */
export function defaultStudyAxis(rows: readonly WithConfig[]): StudyAxisId {
  const varying = varyingStudyAxes(rows);
  return varying.find((axis) => placesMost(axis, rows)) ?? varying[0] ?? "depth";
}
