import { type GridAxisId, gridAxisIds } from "../model/grid/gridAxes.ts";

/** Reading and writing the parameters of the address: what is not understood counts as not chosen. */

export const numberOf = (text: string | null): number | null => {
  if (text === null || !/^\d{1,10}$/.test(text)) return null;
  return Number(text);
};

/** A number above 0, as of a threshold: "0.05", "1e-3". */
export const positiveOf = (text: string | null): number | null => {
  const value = text === null || !/^[\d.eE+-]{1,24}$/.test(text) ? Number.NaN : Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
};

/** "3,21": from 3 to 21, both above 0 and the second not below the first. */
export const rangeOf = (text: string | null): { from: number; to: number } | null => {
  const [from, to, ...more] = (text ?? "").split(",").map(positiveOf);
  return from == null || to == null || more.length > 0 || to < from ? null : { from, to };
};

export const writeRange = (range: { from: number; to: number } | null | undefined): string | null =>
  range ? `${range.from},${range.to}` : null;

export const listOf = (text: string | null): string[] | null =>
  text === null || text === "" ? null : text.split(",").slice(0, 500);

export const numbersOf = (text: string | null): number[] | null =>
  listOf(text)
    ?.map(numberOf)
    .filter((value) => value !== null) ?? null;

export const oneOf = <T extends string>(values: readonly T[], text: string | null): T | null =>
  values.find((value) => value === text) ?? null;

export const flag = (text: string | null): boolean | null => (text === "1" ? true : text === "0" ? false : null);

/** Axes that make a line each; null = the default, "none" = one line for all. */
export const linesOf = (text: string | null): GridAxisId[] | null =>
  text === "none"
    ? []
    : (listOf(text)
        ?.map((id) => oneOf(gridAxisIds, id))
        .filter((id) => id !== null) ?? null);

export const writeFlag = (value: boolean | null | undefined): string | null =>
  value === null || value === undefined ? null : value ? "1" : "0";

export const writeList = (values: readonly (string | number)[] | null | undefined): string | null =>
  values === null || values === undefined || values.length === 0 ? null : values.join(",");

export const writeLines = (values: readonly GridAxisId[] | null | undefined): string | null =>
  values?.length === 0 ? "none" : writeList(values);
