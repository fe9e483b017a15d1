import { storableText } from "../../../contract/wireText.ts";
/** Name of the category at a place, or nearest to one that was moved aside for the eye. */
export const categoryAt = (place: number, categories: readonly string[]): string =>
  categories[Math.min(categories.length - 1, Math.max(0, Math.round(place)))] ?? "";

/** How the names of categories stand under their axis. */
export interface CategoryLabels {
  /** Lines of each name, in order. */
  lines: string[][];
  /** Degrees; 0 is upright. */
  angle: number;
  /** Height of the names, pixels. */
  height: number;
}

/** Mean width of a character of 11 px text, pixels. */
const character = 6;
const lineHeight = 13;
const steep = -55;
const maxSlantedLength = 19;
const maxLines = 3;

/** Breaks a text at its spaces into lines of at most so many characters; a longer word has a line of its own. */
export function wrapText(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Names side by side, broken into lines, while each fits in its share of the axis; otherwise steep, in at most two lines. */
export function categoryLabels(categories: readonly string[], pixels: number): CategoryLabels {
  const share = pixels / Math.max(1, categories.length);
  const most = Math.floor((share - 8) / character);
  const upright = categories.map((name) => wrapText(name, Math.max(1, most)));
  if (upright.every((lines) => lines.length <= maxLines && lines.every((line) => line.length <= most)))
    return { lines: upright, angle: 0, height: lineHeight * Math.max(1, ...upright.map((lines) => lines.length)) };
  const lines = categories.map((name) => {
    const [first = "", ...rest] = wrapText(name, maxSlantedLength);
    // Two lines need room beside the next name.
    const shown = rest.length > 0 && share >= 2 * lineHeight ? [first, rest.join(" ")] : [name];
    return shown.map((line) => storableText(line, maxSlantedLength));
  });
  const longest = Math.max(...lines.flat().map((line) => line.length));
  return { lines, angle: steep, height: Math.ceil(longest * character * Math.sin((-steep * Math.PI) / 180)) + lineHeight };
}
