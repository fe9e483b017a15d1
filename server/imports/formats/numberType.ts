/** How numbers stand in a file: kind and bytes each. `bf16` is the upper half of a float32. */
export type NumberType = "bool" | "i1" | "u1" | "i2" | "u2" | "i4" | "u4" | "i8" | "u8" | "f2" | "bf16" | "f4" | "f8";

export const bytesOf: Readonly<Record<NumberType, number>> = {
  ...{ bool: 1, i1: 1, u1: 1, i2: 2, u2: 2, i4: 4, u4: 4, i8: 8, u8: 8 },
  ...{ f2: 2, bf16: 2, f4: 4, f8: 8 },
};

/** As messages and pages say it. */
export const typeNames: Readonly<Record<NumberType, string>> = {
  ...{ bool: "bool", i1: "int8", u1: "uint8", i2: "int16", u2: "uint16", i4: "int32", u4: "uint32", i8: "int64", u8: "uint64" },
  ...{ f2: "float16", bf16: "bfloat16", f4: "float32", f8: "float64" },
};

export const isWhole = (type: NumberType): boolean => /^[iu]/.test(type);

/** Numbers as float64; integers beyond 2⁵³ are rounded. @param bytes a whole number of them */
export function decodeNumbers(bytes: Buffer, type: NumberType, bigEndian: boolean): Float64Array {
  const size = bytesOf[type];
  const count = bytes.length / size;
  const numbers = new Float64Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = !bigEndian;
  const read = readers[type];
  if (little && bytes.byteOffset % size === 0 && (type === "f4" || type === "f8")) {
    const { buffer, byteOffset } = bytes;
    numbers.set(type === "f4" ? new Float32Array(buffer, byteOffset, count) : new Float64Array(buffer, byteOffset, count));
    return numbers;
  }
  for (let i = 0; i < count; i++) numbers[i] = read(view, i * size, little);
  return numbers;
}

const single = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16: 1 sign bit, 5 of the exponent, 10 of the fraction. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

const readers: Record<NumberType, (view: DataView, at: number, little: boolean) => number> = {
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f2: (view, at, little) => half(view.getUint16(at, little)),
  bf16: (view, at, little) => {
    single.setUint32(0, view.getUint16(at, little) * 65_536);
    return single.getFloat32(0);
  },
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};
