import { corrupt } from "./fileFaults.ts";
import { otherThanUtf8 } from "./textEncoding.ts";

/** A line of a text file: its text, and where it begins, for errors. */
interface TextLine {
  text: string;
  /** From 1. */
  number: number;
}

const bounds = { lines: 5_000_000, lineBytes: 1_000_000 };

/**
 * The lines of UTF-8 text; ends of line are \n or \r\n, or \r where there is no \n at all, and a byte order mark is left out.
 * @throws Failure DATASET_CORRUPT naming file, line and byte, and what the bytes are, where the text is not UTF-8, has a NUL
 * byte or a line that is too long
 */
export function* readLines(bytes: Uint8Array, name: string): Generator<TextLine> {
  const other = otherThanUtf8(bytes);
  const newline = bytes.includes(10) ? 10 : 13;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  if (other?.of === "file") throw corrupt(name, `is not UTF-8 text: it is ${other.is}`);
  for (let number = 1; from < bytes.length; number++) {
    const end = bytes.indexOf(newline, from);
    const to = end < 0 ? bytes.length : end;
    const refuse = (what: string) => corrupt(`${name}, line ${number} (byte ${from}):`, what);
    if (number > bounds.lines) throw refuse(`there are more than ${bounds.lines} lines`);
    if (to - from > bounds.lineBytes) throw refuse(`the line has ${to - from} bytes, at most ${bounds.lineBytes} are read`);
    const line = bytes.subarray(from, to);
    let text: string;
    try {
      text = decoder.decode(line);
    } catch {
      throw refuse(`expected UTF-8, found other bytes: the file is ${other?.is}`);
    }
    if (line.includes(0)) throw refuse(`there is a NUL byte at byte ${from + line.indexOf(0)}: it is binary, or damaged text`);
    yield { text: text.endsWith("\r") ? text.slice(0, -1) : text, number };
    from = to + 1;
  }
}

/** A single \r among \n ends a line where what follows it is a line of its own; else it is part of the text. */
export function splitAtCr(lines: TextLine[]): TextLine[] {
  return lines.flatMap(({ text, number }) => {
    if (!text.includes("\r")) return [{ text, number }];
    const parts = [""];
    for (const [at, part] of text.split("\r").entries())
      if (at === 0) parts[0] = part;
      else if (part.includes("\t") && parts[parts.length - 1].includes("\t")) parts.push(part);
      else parts[parts.length - 1] += `\r${part}`;
    return parts.map((part) => ({ text: part, number }));
  });
}
