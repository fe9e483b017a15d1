type Numbers = Float32Array | Int32Array | Uint16Array;

/** The arrays of a pack's runs: the first alone where they all hold the same. */
export function joined<T extends Numbers>(arrays: readonly T[]): { parts: readonly T[]; differ: boolean } {
  const bytes = (array: T) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const [first] = arrays;
  const differ = arrays.some((array) => array !== first && bytes(first).compare(bytes(array)) !== 0);
  return { parts: differ ? arrays : [first], differ };
}

/** One array after the other, of the first one's kind; a single one as it is. */
export function concatenated<T extends Numbers>(parts: readonly T[]): T {
  const [first] = parts;
  if (parts.length === 1) return first;
  const whole = new (first.constructor as new (length: number) => T)(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
