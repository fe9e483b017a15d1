import { Failure } from "../../contract/failure.ts";

/**
 * The regular files of a tar archive (ustar), by name; the bytes are views, not copies.
 * Nothing is written to disk, so a name with `..` does no harm.
 * @throws Failure DATASET_CORRUPT if the archive is cut off
 */
export function readTar(archive: Uint8Array, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const text = (from: number, length: number) => {
    const field = archive.subarray(from, from + length);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  };
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim() || "0", 8);
    const start = at + 512;
    if (!Number.isSafeInteger(size) || size < 0 || start + size > archive.length)
      throw new Failure("DATASET_CORRUPT", `${name} is cut off or no tar archive: an entry at byte ${at} reaches past its end.`);
    const type = archive[at + 156];
    if (type === 0 || type === 48) files.set(text(at, 100), archive.subarray(start, start + size));
    at = start + Math.ceil(size / 512) * 512;
  }
  return files;
}
