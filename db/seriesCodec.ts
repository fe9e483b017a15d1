/** Events of an attempt that share a chunk: with 12 bytes a point a chunk stays below Postgres' 2 kB bound for rows kept in place. */
export const eventsPerBlock = 128;
/** The same of a list (seriesKey.ts), whose measurement is a point for each of its numbers: what is rewritten with each stays small. */
export const eventsPerListBlock = 8;
/** Points that a series gathers in its tail before they move to a chunk: what is rewritten with each new point stays small. */
export const pointsInTail = 16;
/** The tail's block: it follows all others. */
export const tailBlock = 2 ** 31 - 1;

export interface Points {
  /** training steps, rising */
  steps: number[];
  /** float64 values, as long as `steps` */
  values: number[];
}

/** [step, value] of each point. */
export function* pointsOf({ steps, values }: Points): Generator<[step: number, value: number]> {
  for (const [at, step] of steps.entries()) {
    const value = values[at];
    if (value !== undefined) yield [step, value];
  }
}

/** Steps as int32 and values as float64, little-endian. */
export function encodePoints(points: Points): { steps: Buffer; values: Buffer } {
  const count = points.steps.length;
  const steps = Buffer.allocUnsafe(4 * count);
  const values = Buffer.allocUnsafe(8 * count);
  for (const [at, step] of points.steps.entries()) steps.writeInt32LE(step, 4 * at);
  for (const [at, value] of points.values.entries()) values.writeDoubleLE(value, 8 * at);
  return { steps, values };
}

/** Appends the points of a chunk to `into`, those with fromStep ≤ step ≤ toStep alone. */
export function decodePoints(chunk: { steps: Buffer; values: Buffer }, into: Points, fromStep: number, toStep: number): void {
  const count = chunk.steps.length / 4;
  for (let i = 0; i < count; i++) {
    const step = chunk.steps.readInt32LE(4 * i);
    if (step < fromStep || step > toStep) continue;
    into.steps.push(step);
    into.values.push(chunk.values.readDoubleLE(8 * i));
  }
}
