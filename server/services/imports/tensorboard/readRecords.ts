import { type FileHandle, open } from "node:fs/promises";
import { counted, refuseFile } from "../refuse.ts";
import type { UploadedFile } from "../uploadedFile.ts";
import { crc32c, masked } from "./crc32c.ts";

/** Frame of a record: length (uint64) and its sum before the data, the data's sum behind. */
const [headBytes, footBytes] = [12, 4];
/** A longer record is checked but not read: it holds a graph or pictures, no scalars. */
const readBytes = 1_000_000;
const windowBytes = 1_000_000;

export interface TfRecord {
  /** Place of its frame in the file. */
  offset: number;
  data: Buffer;
}

/** Whether a file begins like a TFRecord: a length and its sum. */
export const beginsLikeRecords = (head: Buffer): boolean =>
  head.length >= headBytes && head.readUInt32LE(8) === masked(crc32c(head.subarray(0, 8)));

/**
 * The records of a file, each of whose sums is right. A record that the file ends within, as where training was stopped while it wrote,
 * ends them: `onCut` is told its place.
 * @throws Failure INVALID for a sum that is wrong
 */
export async function* readRecords(file: UploadedFile, onCut: (offset: number) => void): AsyncGenerator<TfRecord> {
  const handle = await open(file.path);
  try {
    for (let offset = 0; offset < file.bytes; ) {
      if (offset + headBytes > file.bytes) return onCut(offset);
      const head = await read(handle, offset, headBytes);
      const [stored, own] = [head.readUInt32LE(8), masked(crc32c(head.subarray(0, 8)))];
      if (stored !== own)
        throw refuseFile(
          file.name,
          `, byte ${counted(offset)}: the length of a record does not fit its checksum (${hex(stored)}; its bytes give ${hex(own)}). The file is damaged, or is no event file of TensorBoard: copy it again.`,
        );
      const length = head.readBigUInt64LE(0);
      // Whatever it says: beyond the end of the file there is nothing.
      if (length > BigInt(file.bytes - offset - headBytes - footBytes)) return onCut(offset);
      const size = Number(length);
      const { data, sum } = await readData(handle, offset + headBytes, size);
      const foot = await read(handle, offset + headBytes + size, footBytes);
      if (foot.readUInt32LE(0) !== sum)
        throw refuseFile(
          file.name,
          `, byte ${counted(offset)}: the data of a record do not fit their checksum (${hex(foot.readUInt32LE(0))}; its ${counted(size)} bytes give ${hex(sum)}). The file is damaged: copy it again.`,
        );
      if (data) yield { offset, data };
      offset += headBytes + size + footBytes;
    }
  } finally {
    await handle.close();
  }
}

const hex = (sum: number) => `0x${sum.toString(16).padStart(8, "0")}`;

/** A record's data, null of those that are too long to be read, and their masked sum. */
async function readData(handle: FileHandle, from: number, size: number): Promise<{ data: Buffer | null; sum: number }> {
  if (size <= readBytes) {
    const data = await read(handle, from, size);
    return { data, sum: masked(crc32c(data)) };
  }
  let sum = 0;
  for (let at = 0; at < size; at += windowBytes)
    sum = crc32c(await read(handle, from + at, Math.min(windowBytes, size - at)), sum);
  return { data: null, sum: masked(sum) };
}

async function read(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) throw new Error("a file became shorter while it was read");
    done += bytesRead;
  }
  return bytes;
}
