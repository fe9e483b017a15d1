export interface Course {
  steps: readonly number[];
  values: readonly number[];
}

/** Where a series goes to a threshold, in measured steps. */
interface Crossing {
  /** From which step the value stays at or below it to the last one; null: the last value is above. */
  reached: number | null;
  /** The measured step before `reached`: in between it happened. null where there is none. */
  before: number | null;
  /** The first step at or below it, whatever came after. */
  first: number | null;
}

/** When a series falls to a threshold for good, and when for the first time. */
export function crossingOf({ steps, values }: Course, threshold: number): Crossing {
  const first = values.findIndex((value) => value <= threshold);
  // What is not a number is not at or below anything.
  const stays = values.findLastIndex((value) => !(value <= threshold)) + 1;
  const at = (index: number) => steps[index] ?? null;
  return {
    reached: at(stays),
    before: stays < steps.length ? at(stays - 1) : null,
    first: first < 0 ? null : at(first),
  };
}
