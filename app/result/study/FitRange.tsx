"use client";
import { shortNumber } from "../../text/shortNumber.ts";
import { Select } from "../../ui/Field.tsx";

export interface Range {
  from: number;
  to: number;
}

interface FitRangeProps {
  /** Values on the x axis, in order. */
  places: readonly number[];
  /** "depth". */
  axis: string;
  /** null: all places. */
  range: Range | null;
  onRange: (range: Range | null) => void;
}

/** From which places slopes are fitted: "slope from depth [2] to [21]". */
export function FitRange({ places, axis, range, onRange }: FitRangeProps) {
  const [first, last] = [places[0], places.at(-1)];
  if (places.length < 3 || first === undefined || last === undefined) return null;
  const { from, to } = range ?? { from: first, to: last };
  const choose = (next: Range) => onRange(next.from <= first && next.to >= last ? null : next);
  const field = (label: string, value: number, offered: readonly number[], onChange: (value: number) => void) => (
    <Select
      aria-label={label}
      className="!h-7 !w-auto text-xs"
      options={[...new Set([...offered, value])]
        .sort((a, b) => a - b)
        .map((one) => ({ value: String(one), label: shortNumber(one) }))}
      value={String(value)}
      onChange={(text) => onChange(Number(text))}
    />
  );
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 text-ink-soft text-xs" data-testid="fit-range">
      <span aria-hidden="true">slope from {axis}</span>
      {field(
        `Slope from ${axis}`,
        from,
        places.filter((place) => place < to),
        (value) => choose({ from: value, to }),
      )}
      <span aria-hidden="true">to</span>
      {field(
        `Slope to ${axis}`,
        to,
        places.filter((place) => place > from),
        (value) => choose({ from, to: value }),
      )}
    </span>
  );
}
