import { type ListMetric, listMetrics, metricInfo } from "../../../../contract/metrics/metricInfo.ts";

const optionsOf = (scope: "class" | "spectrum"): { value: ListMetric; label: string }[] =>
  listMetrics.filter((metric) => metricInfo[metric].scope === scope).map((value) => ({ value, label: metricInfo[value].label }));

/** What a panel of the classes offers, and a panel of spectra. */
export const classOptions = optionsOf("class");
export const spectrumOptions = optionsOf("spectrum");
