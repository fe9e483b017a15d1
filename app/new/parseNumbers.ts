export interface ParsedNumbers {
  values: number[];
  /** What could not be read, to be left in the field. */
  rest: string;
  /** Why, with the way out; null if all was read. */
  problem: string | null;
}

const range = /^(-?\d+)(?:-|\.\.|–)(-?\d+)$/;

/** Reads "2, 3,5 8", ranges "0-4" and "0..4", and any mix of them; duplicates are read once, in order of their size. */
export function parseNumbers(text: string, atMost: number): ParsedNumbers {
  const values = new Set<number>();
  const rest: string[] = [];
  let problem: string | null = null;
  for (const token of text.split(/[\s,;]+/).filter(Boolean)) {
    const ends = range.exec(token);
    if (ends !== null) {
      const [from, to] = [Number(ends[1]), Number(ends[2])];
      const count = Math.abs(to - from) + 1;
      if (count > atMost) {
        problem ??= `${token} is ${count.toLocaleString("en")} values; at most ${atMost} fit. Choose a shorter range.`;
        rest.push(token);
        continue;
      }
      for (let value = Math.min(from, to); value <= Math.max(from, to); value++) values.add(value);
      continue;
    }
    const value = Number(token);
    if (Number.isFinite(value)) values.add(value);
    else {
      problem ??= `“${token.slice(0, 30)}” is no number. Write numbers as 2, 3, 5 or a range as 0-4.`;
      rest.push(token);
    }
  }
  return { values: [...values].sort((a, b) => a - b), rest: rest.join(" "), problem };
}

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
