/** Axes live in plot coordinates: log10(value) on a logarithmic axis (log2 for depth), the value itself on a linear one. */
export type AxisKind = "linear" | "log10" | "log2";

/** Smallest value a logarithmic axis shows. */
export const smallestDrawn = 1e-12;
/** Largest size that a linear axis shows: the difference of two of them can still be told. */
export const largestDrawn = 1e300;

export interface Tick {
  /** Plot coordinate. */
  at: number;
  label: string;
  minor: boolean;
}

/** @returns plot coordinate, or null for what the axis cannot show (not finite; ≤ 0 on a logarithmic axis, beyond ±1e300 on a linear one). */
export function toPlot(value: number | null | undefined, kind: AxisKind): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  if (kind === "linear") return Math.abs(value) > largestDrawn ? null : value;
  if (value <= 0) return null;
  return kind === "log10" ? Math.log10(value) : Math.log2(value);
}

export function fromPlot(at: number, kind: AxisKind): number {
  if (kind === "linear") return at;
  // The margin of an axis may lie beyond the largest number.
  return Math.min(Number.MAX_VALUE, kind === "log10" ? 10 ** at : 2 ** at);
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
export function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** A decade as text: plain between 0.01 and 100k, a power of ten beyond. */
function decadeLabel(exponent: number, plain: boolean): string {
  return plain ? shortNumber(Number((10 ** exponent).toPrecision(1))) : powerOfTen(exponent);
}

/**
 * Ticks of a log10 axis between two exponents: every decade (every m-th when they are many), with 2 and 5 labelled
 * when fewer than two decades show, and unlabelled minor ticks 2…9 while they stay legible.
 */
export function decadeTicks(low: number, high: number, most = 8): Tick[] {
  const first = Math.ceil(low - 1e-9);
  const last = Math.floor(high + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / most));
  const plain = low > -2.6 && high < 5.3;
  const ticks: Tick[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    const labelled = (exponent - first) % stride === 0;
    ticks.push({ at: exponent, label: labelled ? decadeLabel(exponent, plain) : "", minor: !labelled });
  }
  const span = high - low;
  if (span > 6) return ticks;
  const labelledMantissas = span < 0.35 ? [2, 3, 4, 5, 6, 7, 8, 9] : span < 1.1 ? [2, 3, 5, 7] : span < 2.2 ? [2, 5] : [];
  for (let exponent = first - 1; exponent <= last; exponent++)
    for (let mantissa = 2; mantissa <= 9; mantissa++) {
      const at = exponent + Math.log10(mantissa);
      if (at < low - 1e-9 || at > high + 1e-9) continue;
      const labelled = labelledMantissas.includes(mantissa);
      const label = plain
        ? shortNumber(Number((mantissa * 10 ** exponent).toPrecision(1)))
        : `${mantissa}·${powerOfTen(exponent)}`;
      ticks.push({ at, label: labelled ? label : "", minor: !labelled });
    }
  return ticks.sort((a, b) => a.at - b.at);
}

/** Round ticks of a linear axis: steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, about = 5): Tick[] {
  const span = high - low;
  if (!(span > 0)) return [{ at: low, label: shortNumber(low), minor: false }];
  const ticks = roundTicks(low, high, about);
  return ticks.length >= 2 ? ticks : roundTicks(low, high, about * 2.5);
}

function roundTicks(low: number, high: number, about: number): Tick[] {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) as number;
  const ticks: Tick[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) {
    const at = Number((index * step).toPrecision(12));
    ticks.push({ at, label: shortNumber(at), minor: false });
  }
  return ticks;
}

/** Ticks at the values themselves (depths, widths, noise rates); labels that would touch are left blank. */
export function valueTicks(values: readonly number[], kind: AxisKind, low: number, high: number, pixels: number): Tick[] {
  let lastEnd = Number.NEGATIVE_INFINITY;
  return [...new Set(values)]
    .sort((a, b) => a - b)
    .flatMap((value): Tick[] => {
      const at = toPlot(value, kind);
      if (at === null) return [];
      const label = shortNumber(value);
      const pixel = ((at - low) / (high - low)) * pixels;
      const half = 3.5 * Math.max(2, label.length);
      const labelled = pixel - half - lastEnd >= 8;
      if (labelled) lastEnd = pixel + half;
      return [{ at, label: labelled ? label : "", minor: false }];
    });
}

export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return scientific(value, 3);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  if (size !== 0 && size < 1e-3) return scientific(value, 2);
  return String(Number(value.toPrecision(4)));
}

/** Three significant digits for reading: 0.0228, 1.23×10⁻⁵. */
export function readable(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 1e-3 || size >= 1e6) return scientific(value, digits);
  return size >= 1000 ? String(Math.round(value)) : value.toPrecision(digits);
}

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = powerOfTen(Number(exponent));
  return Number(mantissa) === 1 ? power : `${Number(mantissa)}×${power}`;
}

/**
 * Domain in plot coordinates around the drawn values, with a margin; a log10 axis ends at 1e-12 and shows at least half
 * a decade, so that noise does not fill a panel.
 */
export function paddedDomain(values: Iterable<number>, kind: AxisKind, margin = 0.05): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return kind === "log10" ? [-3, 0] : [0, 1];
  const least = kind === "linear" ? Math.max(Math.abs(high) * 1e-3, 1e-9) : 0.5;
  if (high - low < least) {
    const middle = (high + low) / 2;
    low = middle - least / 2;
    high = middle + least / 2;
  }
  const pad = (high - low) * margin;
  const floor = Math.log10(smallestDrawn);
  if (kind === "log10") return [Math.max(low - pad, floor), Math.max(high + pad, floor + 0.5)];
  return [low - pad, high + pad];
}
