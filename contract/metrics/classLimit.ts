import { limits } from "../limits.ts";
import { layerMetricInfo } from "./layerMetrics.ts";

/** What takes K products for each sample, or K² numbers a picture, is left out of runs with many classes. */
export const isOfFewClasses = (metric: string): boolean =>
  Object.entries(layerMetricInfo).some(([id, { fewClasses }]) => id === metric && fewClasses);
export const hasManyClasses = (classes: number): boolean => classes > limits.measuredClasses;
/** Why it is missing, in the words of measurements and pages. */
export const notMeasuredText = `not measured above ${limits.measuredClasses} classes`;
