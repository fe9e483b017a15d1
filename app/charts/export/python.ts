/** Source text for Python 3.9 and newer. */

/** A text as a Python string: JSON's escapes are Python's. */
export const pythonText = (text: string): string => JSON.stringify(text.toWellFormed());

/** A text that matplotlib draws as it stands: a dollar would begin a formula, and a label that begins with _ is left out of legends. */
export const plainLabel = (text: string): string => pythonText(text.replaceAll("$", "\\$").replace(/^_/, " _"));

/** A number, or nan for a gap. */
export const pythonNumber = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value) ? "nan" : Object.is(value, -0) ? "-0.0" : String(value);

/** Numbers as a list, broken into lines. */
export function pythonList(values: readonly (number | null | undefined)[], indent = "        "): string {
  const texts = values.map(pythonNumber);
  if (texts.length <= 12) return `[${texts.join(", ")}]`;
  const lines = Array.from({ length: Math.ceil(texts.length / 12) }, (_, row) => texts.slice(12 * row, 12 * row + 12).join(", "));
  return `[\n${indent}${lines.join(`,\n${indent}`)},\n    ]`;
}

/** `name=value` pairs of a call; what is undefined is left out. */
export const pythonArguments = (values: Record<string, string | undefined>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
