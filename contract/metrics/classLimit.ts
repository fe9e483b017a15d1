import { limits } from "../limits.ts";
import type { Metric } from "./seriesKey.ts";

/** What takes K products for each sample, or K² numbers a picture, is left out of runs with many classes. */
const ofFewClasses: readonly Metric[] = ["nc1.pinv", "nc4.ncc"];

export const isOfFewClasses = (metric: string): boolean => (ofFewClasses as readonly string[]).includes(metric);
export const hasManyClasses = (classes: number): boolean => classes > limits.measuredClasses;
/** Why it is missing, in the words of measurements and pages. */
export const notMeasuredText = `not measured above ${limits.measuredClasses} classes`;
