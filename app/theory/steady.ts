/**
 * A number as both the server and the browser write it: their engines' sine, logarithm and exponential differ in the last digits, by
 * which the page that the server sends would not be the one that the browser goes on from.
 */
export const steady = (value: number): number => Number(value.toPrecision(10));
