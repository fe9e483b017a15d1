import { inflateRawSync } from "node:zlib";
import { Failure } from "../../../contract/failure.ts";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;

/**
 * Files of a zip archive, by name; only those asked for are unpacked, and nothing is written to disk.
 * @param names files that must be in it @param maxBytes largest unpacked size of one file
 * @throws Failure DATASET_CORRUPT naming the archive and the byte or the file that is wrong
 */
export function readZip(archive: Uint8Array, name: string, names: readonly string[], maxBytes: number): Map<string, Uint8Array> {
  const corrupt = (what: string) => new Failure("DATASET_CORRUPT", `${name}: ${what}.`);
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const fits = (at: number, length: number) => at >= 0 && at + length <= archive.length;
  let end = archive.length - 22;
  while (end >= 0 && end > archive.length - 65_558 && view.getUint32(end, true) !== endSignature) end--;
  if (end < 0 || view.getUint32(end, true) !== endSignature)
    throw corrupt("not a zip archive, or cut off: it has no list of files at its end");
  const files = new Map<string, Uint8Array>();
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (!fits(at, 46) || view.getUint32(at, true) !== entrySignature)
      throw corrupt(`its list of files is damaged: no entry at byte ${at}`);
    const nameLength = view.getUint16(at + 28, true);
    const entry = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength));
    if (names.includes(entry)) files.set(entry, unpack(at, entry));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  const lacking = names.filter((wanted) => !files.has(wanted));
  if (lacking.length > 0) throw corrupt(`it has no ${lacking.join(", no ")}`);
  return files;

  function unpack(from: number, entry: string): Uint8Array {
    const method = view.getUint16(from + 10, true);
    const packedSize = view.getUint32(from + 20, true);
    const size = view.getUint32(from + 24, true);
    const local = view.getUint32(from + 42, true);
    if (size > maxBytes) throw corrupt(`${entry} unpacks to ${size} bytes, at most ${maxBytes} are expected`);
    if (!fits(local, 30) || view.getUint32(local, true) !== localSignature)
      throw corrupt(`${entry} is not at byte ${local}, where the list of files has it`);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (!fits(start, packedSize)) throw corrupt(`${entry} reaches past the archive's end`);
    const packed = archive.subarray(start, start + packedSize);
    if (method === 0 && packedSize === size) return packed;
    if (method !== 8) throw corrupt(`${entry} is compressed with method ${method}; only 0 and 8 are supported`);
    let bytes: Uint8Array;
    try {
      bytes = inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
    } catch {
      throw corrupt(`${entry} at byte ${local} cannot be unpacked`);
    }
    if (bytes.length !== size) throw corrupt(`${entry} unpacks to ${bytes.length} bytes, expected ${size}`);
    return bytes;
  }
}
