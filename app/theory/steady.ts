/**
 * A number as both the server and the browser write it: their engines' sine, logarithm and exponential differ in the last digits, by
 * which the page sent by the server would differ from the one the browser continues with.
 */
export const steady = (value: number): number => Number(value.toPrecision(10));
