import { type LayerMetric, layerMetricInfo } from "./layerMetrics.ts";
import type { LayerMetricFacts, MetricFacts, NetworkMetricFacts } from "./metricFacts.ts";
import { type DerivedMetric, derivedMetricInfo, type NetworkMetric, networkMetricInfo } from "./networkMetrics.ts";

/** A metric that is measured: of a layer, or of the whole network. */
export type Metric = LayerMetric | NetworkMetric;
/** What charts of a study draw: also what pages compute. */
export type StudyMetric = Metric | DerivedMetric;

/** Every fact of every metric: their one home. To add one, state its facts here and compute it in math/collapse. */
export const metricInfo: Record<LayerMetric, LayerMetricFacts<LayerMetric>> & Record<NetworkMetric, NetworkMetricFacts> = {
  ...layerMetricInfo,
  ...networkMetricInfo,
};
export const studyMetricInfo: Record<StudyMetric, MetricFacts> = { ...metricInfo, ...derivedMetricInfo };

export const layerMetrics = Object.keys(layerMetricInfo) as LayerMetric[];
export const networkMetrics = Object.keys(networkMetricInfo) as NetworkMetric[];
export const metrics: readonly Metric[] = [...layerMetrics, ...networkMetrics];

export const isLayerMetric = (metric: StudyMetric): metric is LayerMetric => metric in layerMetricInfo;
export const isDerived = (metric: StudyMetric): metric is DerivedMetric => metric in derivedMetricInfo;

/** The name of a metric of the classifier W for the last layer's class means; null of other metrics. */
export const lastMeansOf = (metric: LayerMetric): LayerMetric | null => layerMetricInfo[metric].lastMeans;
