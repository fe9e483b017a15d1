import { powerOfTen, shortNumber } from "../../text/shortNumber.ts";
import type { AxisOptions } from "./axisOptions.ts";
import { type AxisKind, toPlot } from "./plotCoordinates.ts";

export interface Tick {
  /** Plot coordinate. */
  at: number;
  label: string;
  minor: boolean;
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

/** Round ticks of a linear axis: steps of 1, 2 or 5 times a power of ten, at least 1 where it counts things. */
export function linearTicks(low: number, high: number, about = 5, whole = false): Tick[] {
  const span = high - low;
  if (!(span > 0)) return [{ at: low, label: shortNumber(low), minor: false }];
  const least = whole ? 1 : 0;
  const ticks = roundTicks(low, high, about, least);
  return ticks.length >= 2 ? ticks : roundTicks(low, high, about * 2.5, least);
}

function roundTicks(low: number, high: number, about: number, least: number): Tick[] {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) as number);
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

/** @param spacing least pixels between labels of a linear axis: wide where they stand side by side */
export function axisTicks(axis: AxisOptions, domain: [number, number], pixels: number, spacing = 70): Tick[] {
  const [low, high] = domain;
  if (axis.categories) return axis.categories.map((label, at) => ({ at, label, minor: false }));
  if (axis.tickValues !== undefined)
    return valueTicks(axis.tickValues, axis.kind, low, high, pixels).filter((tick) => tick.at >= low && tick.at <= high);
  if (axis.kind === "log10") return decadeTicks(low, high, Math.max(2, Math.floor(pixels / 44)));
  return linearTicks(low, high, Math.max(2, Math.floor(pixels / spacing)), axis.whole);
}
