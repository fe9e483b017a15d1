import type { UploadedFile } from "../uploadedFile.ts";
import { headOf } from "../uploadedFile.ts";
import { Decoder, encodingOf } from "./decodeText.ts";

export const delimiters = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof delimiters)[number];

/** How a table is written down. */
export interface TableForm {
  encoding: ReturnType<typeof encodingOf>;
  delimiter: Delimiter;
  /** Before the header: comments ("# …"), blank lines, and Excel's "sep=;". */
  skipped: { characters: number; lines: number };
}

/** Within so many bytes a table's header begins. */
const headBytes = 256_000;

/** @throws Failure INVALID for what is no text */
export async function readForm(file: UploadedFile): Promise<TableForm> {
  const bytes = await headOf(file, headBytes);
  const encoding = encodingOf(bytes);
  const text = new Decoder(encoding, file.name).decode(bytes, bytes.length === file.bytes);
  const skipped = { characters: 0, lines: 0 };
  let stated: Delimiter | undefined;
  for (;;) {
    const line = lineAt(text, skipped.characters);
    if (line === null) break;
    const [, sign] = /^"?sep=(.)"?\s*$/.exec(line) ?? [];
    if (sign !== undefined && skipped.lines === 0) stated = delimiters.find((one) => one === sign);
    else if (!line.startsWith("#") && line.trim() !== "") break;
    skipped.characters += line.length;
    skipped.lines++;
  }
  return { encoding, delimiter: stated ?? guess(text.slice(skipped.characters)), skipped };
}

/** The line that begins there, with its end; null where the text ends within it. */
function lineAt(text: string, from: number): string | null {
  const ends = ["\n", "\r"].map((sign) => text.indexOf(sign, from)).filter((at) => at >= 0);
  const end = Math.min(...ends);
  if (ends.length === 0) return null;
  return text.slice(from, text.startsWith("\r\n", end) ? end + 2 : end + 1);
}

/** The sign that stands most often in the first row, outside of quotes; a comma where none does. */
function guess(text: string): Delimiter {
  const counts = new Map<string, number>();
  let isQuoted = false;
  for (const sign of text) {
    if (sign === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (sign === "\n" || sign === "\r") break;
    else counts.set(sign, (counts.get(sign) ?? 0) + 1);
  }
  const countOf = (one: Delimiter) => counts.get(one) ?? 0;
  return [...delimiters].sort((a, b) => countOf(b) - countOf(a))[0] ?? ",";
}
