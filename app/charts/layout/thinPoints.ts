/**
 * At most about `most` indices of a series: first, last, and the least and the greatest value of each bucket between,
 * so that no spike is lost. Missing values are kept when they are a bucket's only ones.
 */
export function thinPoints(values: readonly (number | null)[], most: number): number[] {
  const count = values.length;
  if (count <= most) return values.map((_, index) => index);
  const buckets = Math.max(1, Math.floor((most - 2) / 2));
  const kept = new Set<number>([0, count - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (count - 2)) / buckets);
    const to = 1 + Math.floor(((bucket + 1) * (count - 2)) / buckets);
    let least = -1;
    let greatest = -1;
    for (let index = from; index < to; index++) {
      const value = values[index] ?? null;
      if (value === null) continue;
      if (least < 0 || value < (values[least] as number)) least = index;
      if (greatest < 0 || value > (values[greatest] as number)) greatest = index;
    }
    if (least < 0) kept.add(from);
    else kept.add(least).add(greatest);
  }
  return [...kept].sort((a, b) => a - b);
}
