import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

const words = [
  ["good", "fine", "great"],
  ["bad", "poor", "sad"],
  ["so", "even", "plain"],
];

export interface Table {
  classes?: number;
  perClass?: number;
  /** Another word in every text: other words, the same labels. */
  word?: string;
  /** Labels trade places between the classes. */
  exchanged?: boolean;
}

/** Writes a table of labelled texts at once, as a person's program that replaces it does. */
export function writeTable(folder: string, name: string, table: Table = {}): void {
  const { classes = 2, perClass = 20, word = "text", exchanged = false } = table;
  const lines = Array.from({ length: classes * perClass }, (_, i) => {
    const k = i % classes;
    return `${exchanged ? (k + (i % 3 === 0 ? 1 : 0)) % classes : k}\t${words[k][i % 3]} ${word} ${words[k][(i + 1) % 3]} ${i % 7}\n`;
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.new`), lines.join(""));
  renameSync(join(folder, `${name}.new`), join(folder, name));
}

/** A picture of one colour with a bright corner. */
const picture = (red: number, corner: number) =>
  sharp(
    Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i < 40 ? corner : i % 3 === 0 ? red : 40)),
    {
      raw: { width: 16, height: 16, channels: 3 },
    },
  )
    .png()
    .toBuffer();

export async function writePicture(path: string, red: number, corner: number): Promise<void> {
  writeFileSync(path, await picture(red, corner));
}

/** Folders train/ and val/ of two classes, dark and light. */
export async function writePictures(folder: string, name: string, perClass = 6): Promise<void> {
  for (const [split, count] of [
    ["train", perClass],
    ["val", 2],
  ] as const)
    for (const [k, kind] of ["dark", "light"].entries()) {
      const path = join(folder, name, split, kind);
      mkdirSync(path, { recursive: true });
      for (let i = 0; i < count; i++) await writePicture(join(path, `${i}.png`), 40 + 160 * k + 3 * i, 200 - 10 * i);
    }
}
