import { type LayerMetric, type ListMetric, metricInfo } from "../../../../contract/metrics/metricInfo.ts";
import { listKey, listOfKey, parseSeriesKey, type Split, seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import type { SeriesView } from "../../../../contract/wire/views.ts";

/** What is drawn over the layers, beside the spectra. */
export const rankMetrics = ["rank.numerical", "rank.stable", "rank.effective", "rank.participation"] as const;
export const accuracyMetrics = ["probe", "ncc"] as const;
export type Spectrum = Extract<ListMetric, "spectrum" | "spectrum.weights">;

/** Series of a run's surveys: accuracies of a split, ranks, and the spectra of some layers. */
export function surveyKeys(layers: number, split: Split, spectrum: Spectrum, drawn: readonly number[]): string[] {
  const all = Array.from({ length: layers }, (_, index) => index + 1);
  const of = (metric: LayerMetric, from: Split) => all.map((layer) => seriesKey(from, metric, layer));
  return [
    ...accuracyMetrics.flatMap((metric) => of(metric, metricInfo[metric].test === null ? "train" : split)),
    ...rankMetrics.flatMap((metric) => of(metric, "train")),
    ...drawn.map((layer) => listKey("train", spectrum, layer)),
  ];
}

export interface Surveys {
  /** At which the layers were surveyed, rising. */
  steps: number[];
  /** Of a metric at each layer, at the last surveyed step that is not after `step`. */
  profile(metric: LayerMetric, layers: number, step: number): (number | null)[];
  /** σ_1, σ_2, … of a layer there; empty where it has none. */
  spectrum(layer: number, step: number): number[];
}

/** What a run's surveys say, from their series. */
export function surveysOf(views: readonly SeriesView[]): Surveys {
  const steps = new Set<number>();
  const alone = new Map<string, SeriesView>();
  const spectra = new Map<number, Map<number, SeriesView>>();
  for (const view of views) {
    for (const step of view.steps) steps.add(step);
    const parsed = parseSeriesKey(view.key);
    const place = listOfKey(view.key);
    if (parsed === null || parsed.layer === null) continue;
    if (place === null) alone.set(`${parsed.metric}@${parsed.layer}`, view);
    else spectra.set(parsed.layer, (spectra.get(parsed.layer) ?? new Map()).set(place.index, view));
  }
  const valueAt = (view: SeriesView | undefined, step: number): number | null => {
    const at = view ? view.steps.findLastIndex((one) => one <= step) : -1;
    return view?.values[at] ?? null;
  };
  return {
    steps: [...steps].sort((a, b) => a - b),
    profile: (metric, layers, step) =>
      Array.from({ length: layers }, (_, index) => valueAt(alone.get(`${metric}@${index + 1}`), step)),
    spectrum: (layer, step) => {
      const values = spectra.get(layer);
      if (!values) return [];
      return Array.from({ length: values.size }, (_, index) => valueAt(values.get(index), step) ?? 0);
    },
  };
}
