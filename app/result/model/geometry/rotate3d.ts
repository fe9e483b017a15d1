/** Rotation [3, 3], row-major. */
export type Rotation = readonly number[];

export const startRotation: Rotation = multiplyRotations(turnX(-0.45), turnY(0.55));

export function turnX(angle: number): Rotation {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [1, 0, 0, 0, c, -s, 0, s, c];
}
export function turnY(angle: number): Rotation {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [c, 0, s, 0, 1, 0, -s, 0, c];
}

/** a · b: first b, then a. */
export function multiplyRotations(a: Rotation, b: Rotation): Rotation {
  const out = new Array<number>(9).fill(0);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 3; k++)
        out[i * 3 + j] = (out[i * 3 + j] as number) + (a[i * 3 + k] as number) * (b[k * 3 + j] as number);
  return out;
}

/** Point number `index` of row-major [n, 3] after the rotation: x right, y up, z towards the eye. */
export function rotated(points: readonly number[], index: number, rotation: Rotation): [number, number, number] {
  const [x, y, z] = [points[index * 3], points[index * 3 + 1], points[index * 3 + 2]] as [number, number, number];
  const row = (i: number) =>
    (rotation[i * 3] as number) * x + (rotation[i * 3 + 1] as number) * y + (rotation[i * 3 + 2] as number) * z;
  return [row(0), row(1), row(2)];
}

/** Largest distance from the origin in row-major [n, 3]. */
export function radiusOf(points: readonly number[]): number {
  let most = 0;
  for (let i = 0; i + 2 < points.length; i += 3)
    most = Math.max(most, Math.hypot(points[i] as number, points[i + 1] as number, points[i + 2] as number));
  return most;
}
