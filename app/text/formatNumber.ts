const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A whole number with its thousands apart: "120,000". */
export const formatCount = (value: number): string => grouped.format(value);

/** "1 run", "12 runs". */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A measured number in three significant digits: "0.0213", "1.29e-5", "48.0"; "–" for none. */
export function formatMeasure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return value.toExponential(2).replace("e+", "e");
  return size >= 1_000 ? formatCount(value) : value.toPrecision(3);
}

export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : Math.floor(percent)} %`;
}

/** An accuracy: "98.5 %". */
export const accuracyText = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A share in two significant digits or whole percents, for a sentence: "12 %", "1,200 %", "0.35 %". */
export function roughPercent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? formatCount(value) : Number(value.toPrecision(2))} %`;
}

/** Two significant digits for a sentence: "0.31", "2.4e-5". */
export const roughNumber = (value: number): string => (value < 1e-3 ? value.toExponential(1) : value.toPrecision(2));

const units = ["B", "kB", "MB", "GB", "TB"];

/** "1.5 kB", "25.2 GB": in powers of 1,000, as memory is shown before a launch. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
