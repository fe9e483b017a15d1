import { Failure } from "../../../contract/failure.ts";

/** An IDX file of unsigned bytes: its sizes and its values, row-major. */
interface IdxFile {
  shape: number[];
  values: Uint8Array;
}

/**
 * Reads the IDX layout of MNIST and its relatives: 0, 0, type (8 = unsigned byte), rank, then big-endian sizes, then values.
 * @throws Failure DATASET_CORRUPT naming the file and what is wrong
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxFile {
  const corrupt = (what: string) => new Failure("DATASET_CORRUPT", `${name} is not an IDX file of bytes: ${what}.`);
  if (bytes.length < 4) throw corrupt(`${bytes.length} bytes are too few for a header`);
  const [zero, nought, type, rank] = bytes;
  if (zero !== 0 || nought !== 0) throw corrupt("it does not begin with two zero bytes");
  if (type !== 8) throw corrupt(`its type is ${type}, not 8 (unsigned byte)`);
  if (rank < 1 || rank > 4) throw corrupt(`its rank is ${rank}, expected 1 to 4`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw corrupt(`it ends within its header of ${start} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, n) => product * n, 1);
  if (bytes.length - start !== size)
    throw corrupt(`its sizes ${shape.join(" × ")} ask for ${size} values, it has ${bytes.length - start}`);
  return { shape, values: bytes.subarray(start) };
}

/** Writes that layout. */
export function formatIdx({ shape, values }: IdxFile): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = 8;
  bytes[3] = shape.length;
  shape.forEach((n, axis) => {
    view.setUint32(4 + 4 * axis, n);
  });
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}
