import { createReadStream } from "node:fs";
import { counted, refuseFile } from "../refuse.ts";
import type { UploadedFile } from "../uploadedFile.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** By the mark that a text begins with; without one it is UTF-8. */
export function encodingOf(head: Buffer): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "utf-8";
}

const shown: Record<Encoding, string> = { "utf-8": "UTF-8", "utf-16le": "UTF-16", "utf-16be": "UTF-16" };

/** Refuses what is no text. */
export class Decoder {
  private readonly decoder: TextDecoder;
  private readonly encoding: Encoding;
  private readonly name: string;
  private bytes = 0;

  constructor(encoding: Encoding, name: string) {
    // The mark itself is left out.
    this.decoder = new TextDecoder(encoding, { fatal: true });
    this.encoding = encoding;
    this.name = name;
  }

  /** @throws Failure INVALID with the place */
  decode(part: Buffer, isLast: boolean): string {
    const from = this.bytes;
    this.bytes += part.length;
    const place = `between byte ${counted(from)} and byte ${counted(this.bytes)}`;
    let text: string;
    try {
      text = this.decoder.decode(part, { stream: !isLast });
    } catch {
      throw refuseFile(
        this.name,
        ` is not ${shown[this.encoding]} text: ${place} it has bytes that are none. Save it as UTF-8 (in Excel: “CSV UTF-8”).`,
      );
    }
    if (text.includes("\0")) throw refuseFile(this.name, ` is no text: ${place} it has a NUL byte.`);
    return text;
  }
}

/** A file's text, piece by piece. @throws Failure INVALID */
export async function* decodeText(file: UploadedFile, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new Decoder(encoding, file.name);
  for await (const part of createReadStream(file.path) as AsyncIterable<Buffer>) yield decoder.decode(part, false);
  yield decoder.decode(Buffer.alloc(0), true);
}
