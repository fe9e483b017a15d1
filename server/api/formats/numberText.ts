/** A float64 as the shortest text that gives it back to the last bit, also the zero below zero. */
export const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
