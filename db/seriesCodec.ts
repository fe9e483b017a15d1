/** Events of an attempt that share a chunk: with 12 bytes a point a chunk stays below Postgres' 2 kB bound for rows kept in place. */
export const eventsPerBlock = 128;

export interface Points {
  /** training steps, rising */
  steps: number[];
  /** float64 values, as long as `steps` */
  values: number[];
}

/** Steps as int32 and values as float64, little-endian. */
export function encodePoints(points: Points): { steps: Buffer; values: Buffer } {
  const count = points.steps.length;
  const steps = Buffer.allocUnsafe(4 * count);
  const values = Buffer.allocUnsafe(8 * count);
  for (let i = 0; i < count; i++) {
    steps.writeInt32LE(points.steps[i], 4 * i);
    values.writeDoubleLE(points.values[i], 8 * i);
  }
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
