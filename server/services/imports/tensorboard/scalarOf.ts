import type { StoredTensor } from "./eventProto.ts";

/** TensorFlow's numbers of types that scalars have, with how their bytes are read. */
const readers: Record<number, { bytes: number; read: (content: Buffer) => number }> = {
  1: { bytes: 4, read: (content) => content.readFloatLE(0) },
  2: { bytes: 8, read: (content) => content.readDoubleLE(0) },
  3: { bytes: 4, read: (content) => content.readInt32LE(0) },
  4: { bytes: 1, read: (content) => content.readUInt8(0) },
  5: { bytes: 2, read: (content) => content.readInt16LE(0) },
  6: { bytes: 1, read: (content) => content.readInt8(0) },
  9: { bytes: 8, read: (content) => Number(content.readBigInt64LE(0)) },
  10: { bytes: 1, read: (content) => content.readUInt8(0) },
  14: { bytes: 2, read: (content) => halfOf(content.readUInt16LE(0), 8) },
  19: { bytes: 2, read: (content) => halfOf(content.readUInt16LE(0), 5) },
};
const bfloat16 = 14;

/** The number of a tensor with one element; null of others: of pictures, histograms and texts. */
export function scalarOf(tensor: StoredTensor): number | null {
  const sizes = (tensor.shape?.dim ?? []).map(({ size }) => size ?? 0);
  if (sizes.some((size) => size !== 1)) return null;
  const reader = readers[tensor.dtype ?? 0];
  if (!reader) return null;
  if (tensor.content && tensor.content.length > 0)
    return tensor.content.length === reader.bytes ? reader.read(tensor.content) : null;
  const [half] = tensor.halfVal ?? [];
  if (half !== undefined) return halfOf(half, tensor.dtype === bfloat16 ? 8 : 5);
  const lists = [tensor.floatVal, tensor.doubleVal, tensor.intVal, tensor.int64Val, tensor.boolVal];
  const found = lists.find((list) => list !== undefined && list.length > 0)?.[0];
  // A scalar that is zero may be left out altogether.
  return found === undefined ? 0 : Number(found);
}

/** A number of 16 bits, with so many of them for the exponent. */
function halfOf(bits: number, exponentBits: 5 | 8): number {
  const fractionBits = 15 - exponentBits;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
  const fraction = (bits & ((1 << fractionBits) - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 * bias + 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}
