/** Marks that turn the direction of what follows, and signs that no line has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unseen = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
/** Few servers have a font with these; some of them are in every font. */
const pictographs = /(?![©®™↔↕\d#*])\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}]|[\u{1f3fb}-\u{1f3ff}]|\ufe0f|\u200d|\u20e3/gu;

/** A person's text as a picture can show it on lines: without control characters, marks of direction and emoji. */
export const picturable = (text: string): string =>
  text.toWellFormed().replace(unseen, " ").replace(pictographs, "").replace(/\s+/g, " ").trim();

/** Width of a sign over the size of its font, rather too much than too little. */
function widthOf(sign: string): number {
  if (/^[ilj.,:;'|!·]/.test(sign)) return 0.3;
  if (/^[ ft()[\]rI1-]/.test(sign)) return 0.4;
  if (/^[mwMW@%]/.test(sign)) return 0.95;
  if (/^[A-Z]/.test(sign)) return 0.72;
  if (/^[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(sign)) return 1.02;
  if (/^[\u{10000}-\u{10ffff}]/u.test(sign)) return 1.3;
  return 0.6;
}

export const textWidth = (text: string, size: number): number =>
  size * signsOf(text).reduce((sum, sign) => sum + widthOf(sign), 0);

const signsOf = (text: string): string[] => [...new Intl.Segmenter("en").segment(text)].map(({ segment }) => segment);

/** Lines of a text within a width, the last one with "…" where there is more. Broken at spaces, and within a word that has no room. */
export function fitText(text: string, { width, size, lines: most }: { width: number; size: number; lines: number }): string[] {
  const lines: string[] = [];
  let left = signsOf(text);
  while (left.length > 0) {
    let room = width;
    let end = 0;
    while (end < left.length && room - size * widthOf(left[end] as string) >= 0) room -= size * widthOf(left[end++] as string);
    if (end === left.length) return [...lines, left.join("").trim()];
    if (lines.length === most - 1)
      return [
        ...lines,
        `${left
          .slice(0, Math.max(1, end - 1))
          .join("")
          .trimEnd()}…`,
      ];
    const space = left.slice(0, end + 1).lastIndexOf(" ");
    const cut = space > end / 3 ? space : Math.max(1, end);
    lines.push(left.slice(0, cut).join("").trim());
    left = left.slice(left[cut] === " " ? cut + 1 : cut);
  }
  return lines;
}
