import type { Bytes } from "./bytes.ts";
import { bytesOf, decodeNumbers, type NumberType } from "./numberType.ts";
import { counted, unreadable } from "./unreadable.ts";

/** Largest number of sizes of an array, and of values in one: more is a damaged header. */
export const maxDimensions = 8;
const maxValues = 2 ** 40;

/** Values of a chunk that is given out; it is what a reader holds in memory, about, beside the bytes that it stands in. */
const chunkValues = 250_000;
/** Widest stretch of a file that is read for a chunk whose values lie scattered. */
const windowBytes = 32_000_000;

/** An array of numbers in a file. Its values are read when they are asked for, as float64, in row-major order. */
export interface StoredArray {
  /** Its name in the file; "" where the file is one array. */
  readonly name: string;
  readonly type: NumberType;
  readonly shape: readonly number[];
  /**
   * All values, in chunks that are whole multiples of `width`.
   * @param width values that belong together; divides their number
   */
  chunks(width: number): AsyncIterable<Float64Array>;
}

interface Placed {
  /** Of file and array, for messages. */
  label: string;
  name: string;
  type: NumberType;
  shape: number[];
  bigEndian?: boolean;
  bytes: Bytes;
  /** Where in them the first value is, in bytes. */
  from: number;
  /** Values from one index to the next, of each size; left out: row-major. */
  strides?: number[];
}

/** Values of an array, from the sizes. */
export const countValues = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** As messages and pages say a shape. */
export const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? "a single number" : `[${shape.join(", ")}]`);

/** @throws Failure INVALID for sizes that no array has */
export function requireShape(label: string, shape: readonly number[]): void {
  if (shape.length > maxDimensions) throw unreadable(label, `has ${shape.length} dimensions; at most ${maxDimensions} are read`);
  const odd = shape.find((size) => !Number.isSafeInteger(size) || size < 0);
  if (odd !== undefined) throw unreadable(label, `has the size ${odd} in its shape ${shapeText(shape)}; sizes are 0 or more`);
  if (shape.reduce((product, size) => product * Math.max(size, 1), 1) > maxValues)
    throw unreadable(label, `has the shape ${shapeText(shape)}: more than ${counted(maxValues)} values, the limit`);
}

/** Strides of an array whose first index moves fastest, as Fortran has it. */
export function columnMajor(shape: readonly number[]): number[] {
  let stride = 1;
  return shape.map((size) => {
    const own = stride;
    stride *= size;
    return own;
  });
}

/**
 * An array by the place of its values.
 * @throws Failure INVALID if they would lie outside of the bytes, or the shape is none
 */
export function placeArray({ label, name, type, shape, bigEndian = false, bytes, from, strides }: Placed): StoredArray {
  requireShape(label, shape);
  const size = bytesOf[type];
  const steps = strides ?? rowMajor(shape);
  const odd = steps.find((stride) => !Number.isSafeInteger(stride) || stride < 0);
  if (odd !== undefined || steps.length !== shape.length)
    throw unreadable(label, `has the strides [${steps.join(", ")}] for the shape ${shapeText(shape)}`);
  const count = countValues(shape);
  const last = count === 0 ? 0 : shape.reduce((sum, length, i) => sum + (length - 1) * steps[i]!, 1) * size;
  if (!Number.isSafeInteger(from) || from < 0 || from + last > bytes.length)
    throw unreadable(
      label,
      `needs ${counted(last)} bytes from byte ${counted(from)} on for the shape ${shapeText(shape)}; there are ${counted(Math.max(bytes.length - from, 0))}`,
    );
  const isPlain = shape.every((length, i) => length <= 1 || steps[i] === rowMajor(shape)[i]);
  return {
    name,
    type,
    shape,
    async *chunks(width) {
      if (count === 0) return;
      if (!Number.isInteger(count / width)) throw new Error(`${count} values do not make rows of ${width}`);
      const range = await bytes.open();
      const rows = count / width;
      const many = Math.max(1, Math.floor(chunkValues / width));
      const inner = isPlain ? null : offsetsWithin(shape, steps, width);
      for (let row = 0; row < rows; row += many) {
        const taken = Math.min(many, rows - row);
        if (inner === null) {
          const read = await range.read(from + row * width * size, taken * width * size);
          yield decodeNumbers(read, type, bigEndian);
        } else {
          const leading = leadingOffsets(shape, steps, width, row, taken);
          const read = async (at: number, values: number) =>
            decodeNumbers(await range.read(from + at * size, values * size), type, bigEndian);
          yield await gather(leading, inner, windowBytes / size, read, label);
        }
      }
    },
  };
}

function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** Place of the value at a row-major index. */
function offsetAt(shape: readonly number[], strides: readonly number[], index: number): number {
  let rest = index;
  let offset = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    offset += (rest % size) * strides[i]!;
    rest = Math.floor(rest / size);
  }
  return offset;
}

const offsetsWithin = (shape: readonly number[], strides: readonly number[], width: number) =>
  Float64Array.from({ length: width }, (_, index) => offsetAt(shape, strides, index));

const leadingOffsets = (shape: readonly number[], strides: readonly number[], width: number, row: number, rows: number) =>
  Float64Array.from({ length: rows }, (_, index) => offsetAt(shape, strides, (row + index) * width));

/** Scattered values: from one stretch where they lie close together, otherwise one stretch a column. */
async function gather(
  rows: Float64Array,
  inner: Float64Array,
  windowValues: number,
  read: (at: number, values: number) => Promise<Float64Array>,
  label: string,
): Promise<Float64Array> {
  const width = inner.length;
  const values = new Float64Array(rows.length * width);
  const [firstRow, lastRow] = ends(rows);
  const [firstInner, lastInner] = ends(inner);
  const span = lastRow - firstRow + lastInner - firstInner + 1;
  if (span <= Math.min(windowValues, 8 * values.length)) {
    const stretch = await read(firstRow + firstInner, span);
    for (let r = 0; r < rows.length; r++)
      for (let j = 0; j < width; j++) values[r * width + j] = stretch[rows[r]! - firstRow + inner[j]! - firstInner]!;
    return values;
  }
  if (lastRow - firstRow + 1 > windowValues)
    throw unreadable(
      label,
      "has values that lie too far apart to be read: save a contiguous copy (numpy.ascontiguousarray, Tensor.contiguous)",
    );
  for (let j = 0; j < width; j++) {
    const stretch = await read(firstRow + inner[j]!, lastRow - firstRow + 1);
    for (let r = 0; r < rows.length; r++) values[r * width + j] = stretch[rows[r]! - firstRow]!;
  }
  return values;
}

function ends(offsets: Float64Array): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const offset of offsets) {
    if (offset < least) least = offset;
    if (offset > most) most = offset;
  }
  return [least, most];
}
