import type { Precision } from "../../contract/precision.ts";

/** Matrices [rows, inner] and [inner, columns], row-major, whose product is known. */
export interface KnownProduct {
  rows: number;
  inner: number;
  columns: number;
  left: Float32Array;
  right: Float32Array;
  /** [rows, columns] */
  product: Float32Array;
}

/** Bits of the large numbers: more than TF32 (11), half precision (11) and bfloat16 (8) keep. */
const bits = 16;

/**
 * In the first half of the inner dimension the left matrix has large odd numbers and the right one ±1, in the second half it is the other
 * way round: float32 adds them up exactly in any order, and a device that rounds factors of either side does not.
 * @param inner even, at most 2⁷: sums stay below 2²⁴
 */
export function knownProduct(rows: number, inner: number, columns: number): KnownProduct {
  const left = new Float32Array(rows * inner);
  const right = new Float32Array(inner * columns);
  for (let i = 0; i < rows; i++) for (let k = 0; k < inner; k++) left[i * inner + k] = k < inner / 2 ? large(i, k) : sign(i, k);
  for (let k = 0; k < inner; k++)
    for (let j = 0; j < columns; j++) right[k * columns + j] = k < inner / 2 ? sign(j, k) : large(j, k);
  return { rows, inner, columns, left, right, product: multiply({ rows, inner, columns, left, right }, (x) => x) };
}

/** What a device gives that rounds each factor, and adds up without rounding. */
export function multiply(
  { rows, inner, columns, left, right }: Omit<KnownProduct, "product">,
  round: (x: number) => number,
): Float32Array {
  const product = new Float32Array(rows * columns);
  const [a, b] = [left.map(round), right.map(round)];
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++) {
      const x = a[i * inner + k];
      for (let j = 0; j < columns; j++) product[i * columns + j] += x * b[k * columns + j];
    }
  return product;
}

/** Of an entry relative to its terms without their signs: what keeps 11 bits of each factor is within 2⁻¹⁰, rounding or cutting off. */
const mostError = 2 ** -10;
/** Of a factor, root mean square: 2⁻¹² rounding to 11 bits, 2⁻¹¹ cutting off, 2⁻⁹ rounding to bfloat16's 8. */
const meanError = 2 ** -10.5;

/** How exactly a device multiplied, by its product; or what is wrong with it, for people. */
export function judgeProduct(
  { inner, columns, left, right, product }: KnownProduct,
  given: ArrayLike<number>,
): Precision | { wrong: string } {
  if (product.every((value, at) => value === given[at])) return "float32";
  let most = 0;
  let offs = 0;
  let sizes = 0;
  for (let at = 0; at < product.length; at++) {
    const off = Math.abs(given[at] - product[at]);
    const [i, j] = [Math.floor(at / columns), at % columns];
    let [size, square] = [0, 0];
    for (let k = 0; k < inner; k++) {
      const term = Math.abs(left[i * inner + k] * right[k * columns + j]);
      size += term;
      square += term ** 2;
    }
    // NaN is more than any bound.
    most = Number.isNaN(off) ? Number.POSITIVE_INFINITY : Math.max(most, off / size);
    offs += off ** 2;
    sizes += square;
  }
  const mean = Math.sqrt(offs / sizes);
  if (most <= mostError && mean <= meanError) return "tf32";
  return { wrong: `products of matrices are off by ${percent(most)}` };
}

const percent = (share: number) => (Number.isFinite(share) ? `${Number((100 * share).toPrecision(2))} %` : "more than any bound");

/**
 * An odd number of 16 bits, and 1 or −1, that look random: the same every time. Every sixteenth number is the largest, which half precision
 * takes for infinite.
 */
const large = (i: number, k: number) => (k % 16 === 0 ? 2 ** bits - 1 : 2 ** (bits - 1) + 2 * (mix(i, k) % 2 ** (bits - 2)) + 1);
const sign = (i: number, k: number) => (mix(k, i + 4_096) & 1 ? 1 : -1);
function mix(i: number, k: number): number {
  let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(k + 7, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}
