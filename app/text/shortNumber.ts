const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** 10 to an exponent, with superscript digits. */
export function powerOfTen(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => superscripts.charAt(Number(digit)));
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** A number in few characters, for ticks and labels: 1200 as "1200", 25000 as "25k", 0.0001 as "10⁻⁴". */
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
