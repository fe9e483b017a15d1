/** "1–4, 7, 9": whole numbers in order, neighbours joined; two neighbours stay two numbers. */
export function numberRanges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (sorted[to + 1] === (sorted[to] as number) + 1) to++;
    if (to - from < 2) parts.push(...sorted.slice(from, to + 1).map(String));
    else parts.push(`${sorted[from]}–${sorted[to]}`);
    from = to + 1;
  }
  return parts.join(", ");
}

/** "run 3", "runs 1–4, 7". */
export const runNumbers = (numbers: readonly number[]): string =>
  `${new Set(numbers).size === 1 ? "run" : "runs"} ${numberRanges(numbers)}`;
