/** A class by how often it comes. */
export interface ClassPoint {
  token: number;
  /** Training samples. */
  count: number;
  value: number;
}

/** Numbers of each class [K] with the classes' training samples [K], the rarest first; classes without one are left out. */
export function byFrequency(numbers: readonly (number | null)[], counts: readonly number[]): ClassPoint[] {
  return numbers
    .flatMap((value, token) => {
      const count = counts[token];
      return value === null || count === undefined ? [] : [{ token, count, value }];
    })
    .sort((a, b) => a.count - b.count || a.token - b.token);
}
