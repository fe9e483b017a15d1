import { Failure } from "../../../contract/failure.ts";

/** Arrays of one axis as numpy keeps them: a head that says type and length, then the numbers, little-endian. */
export type NpyType = "<i4" | "<f8";
export const npyWidth = { "<i4": 4, "<f8": 8 } as const;
const magic = Buffer.from("\x93NUMPY\x01\x00", "latin1");
const aligned = 64;
/** Longest head that is read. */
export const maxNpyHead = 1024;

export function npyHead(type: NpyType, count: number): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${count},), }`;
  const before = magic.length + 2;
  const padded = text.padEnd(Math.ceil((before + text.length + 1) / aligned) * aligned - before - 1);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length + 1);
  return Buffer.concat([magic, length, Buffer.from(`${padded}\n`, "latin1")]);
}

/**
 * @param start the first bytes of a file, all of its head among them
 * @returns how many bytes the head has, and how many numbers follow it
 * @throws Failure INVALID naming the file
 */
export function readNpyHead(start: Buffer, type: NpyType, path: string): { bytes: number; count: number } {
  const refuse = (why: string) => new Failure("INVALID", `${path} is not an array of ${type} with one axis: ${why}.`);
  if (!start.subarray(0, magic.length).equals(magic)) throw refuse("it does not begin like a file of numpy, version 1.0");
  if (start.length < magic.length + 2) throw refuse("it is cut off");
  const bytes = magic.length + 2 + start.readUInt16LE(magic.length);
  if (bytes > maxNpyHead || bytes > start.length) throw refuse(`its head has ${bytes} bytes`);
  const text = start.toString("latin1", magic.length + 2, bytes);
  const [, descr, count] =
    /^\{'descr': '([^']{1,8})', 'fortran_order': False, 'shape': \((\d{1,12}),\), ?\} *\n$/.exec(text) ?? [];
  if (descr !== type || count === undefined) throw refuse("its head says something else");
  return { bytes, count: Number(count) };
}

/** Points up to a step, of int32 steps in order. */
export function countThrough(steps: Buffer, cutoff = Number.POSITIVE_INFINITY): number {
  let count = 0;
  while (4 * count < steps.length && steps.readInt32LE(4 * count) <= cutoff) count++;
  return count;
}
