/** Whole numbers as people write them: runs of three or more neighbours as a range, "0–4, 7, 9". */
export function writeNumbers(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to + 1 < sorted.length && sorted[to + 1] === sorted[to] + 1) to++;
    if (to - from >= 2) parts.push(`${sorted[from]}–${sorted[to]}`);
    else parts.push(...sorted.slice(from, to + 1).map(String));
    from = to + 1;
  }
  return parts.join(", ");
}
