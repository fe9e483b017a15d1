import type { CsvFacts } from "../../../contract/csv.ts";

const signatureBytes = 8;

const table = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** The check sum of a PNG chunk. Source: ISO/IEC 15948, annex D. */
function checkSum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (table[(sum ^ byte) & 255] as number) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** An iTXt chunk: a keyword of Latin letters and a text in UTF-8, neither compressed nor translated. */
function textChunk(keyword: string, text: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const name =
    keyword
      .replace(/[^ -~]/g, "?")
      .trim()
      .slice(0, 79) || "Comment";
  const body = encoder.encode(`iTXt${name}\0\0\0\0\0${text.replaceAll("\0", "")}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, checkSum(body));
  return chunk;
}

/** A PNG file with what it is written into it, behind its header. @throws RangeError if the bytes are too few for a PNG */
export function pngWithFacts(png: Uint8Array, title: string, facts: CsvFacts): Uint8Array<ArrayBuffer> {
  const afterHeader = signatureBytes + 12 + new DataView(png.buffer, png.byteOffset).getUint32(signatureBytes);
  const chunks = [
    textChunk("Title", title),
    textChunk("Software", "Collapsar"),
    ...facts.map(([name, value]) => textChunk(name, value)),
  ];
  const parts = [png.subarray(0, afterHeader), ...chunks, png.subarray(afterHeader)];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
