import type { MetricFacts } from "./metricFacts.ts";
import { detectionMetrics } from "./table/detection.ts";
import { dualityMetrics } from "./table/duality.ts";
import { frameMetrics } from "./table/frame.ts";
import { layersMetrics } from "./table/layers.ts";
import { objectiveMetrics } from "./table/objective.ts";
import { trainingMetrics } from "./table/training.ts";
import { uniformityMetrics } from "./table/uniformity.ts";
import { variabilityMetrics } from "./table/variability.ts";

/**
 * Every fact of every metric: their one home, which workers, pages, exports and the report read. To add one, state its facts in one of
 * these files and compute it in math/; a test walks the table and says what is still missing.
 */
const table = {
  ...variabilityMetrics,
  ...frameMetrics,
  ...dualityMetrics,
  ...uniformityMetrics,
  ...layersMetrics,
  ...objectiveMetrics,
  ...detectionMetrics,
  ...trainingMetrics,
};

type Table = typeof table;
/** Ids of metrics of which a fact has this value. */
type IdsOf<Fact extends Partial<MetricFacts>> = {
  [Id in keyof Table]: Table[Id] extends Fact ? Id : never;
}[keyof Table];

export type AnyMetric = keyof Table;
export type LayerMetric = IdsOf<{ scope: "layer" }>;
/** A list: one number for each class, or each value of a spectrum. It is stored under keys of its own (seriesKey.ts), at few steps. */
export type ListMetric = IdsOf<{ scope: "class" | "spectrum" }>;
/** A number of a run that pages compute from what is stored: no series has it. */
export type DerivedMetric = IdsOf<{ by: "page" }>;
export type NetworkMetric = Exclude<IdsOf<{ scope: "network" }>, DerivedMetric>;
/** A single number that is measured: of a layer, or of the whole network. */
export type Metric = LayerMetric | NetworkMetric;
/** What charts of a study draw: also what pages compute. */
export type StudyMetric = Metric | DerivedMetric;

export const metricInfo: Readonly<Record<AnyMetric, MetricFacts>> = table;

/** All of them, by their groups' order and within a group as their files have them. */
export const allMetrics = Object.keys(metricInfo) as AnyMetric[];
const those = <Id extends AnyMetric>(fits: (facts: MetricFacts) => boolean): readonly Id[] =>
  allMetrics.filter((id): id is Id => fits(metricInfo[id]));

export const layerMetrics = those<LayerMetric>(({ scope }) => scope === "layer");
export const networkMetrics = those<NetworkMetric>(({ scope, by }) => scope === "network" && by !== "page");
export const listMetrics = those<ListMetric>(({ scope }) => scope === "class" || scope === "spectrum");
export const derivedMetrics = those<DerivedMetric>(({ by }) => by === "page");
/** Measures of each layer that take more than class sums: at the steps of a survey. */
export const surveyMetrics = those<LayerMetric>(({ scope, by }) => scope === "layer" && by === "survey");
export const metrics: readonly Metric[] = [...layerMetrics, ...networkMetrics];

export const isMetric = (id: string): id is AnyMetric => Object.hasOwn(metricInfo, id);
export const isMeasured = (id: string): id is Metric => (metrics as readonly string[]).includes(id);
export const isLayerMetric = (id: string): id is LayerMetric => (layerMetrics as readonly string[]).includes(id);
export const isDerived = (id: string): id is DerivedMetric => (derivedMetrics as readonly string[]).includes(id);
export const isSurveyMetric = (id: string): boolean => (surveyMetrics as readonly string[]).includes(id);

/** Whether a metric is of a second set alone. */
export const isOtherMetric = (id: string): boolean => isMetric(id) && metricInfo[id].otherSet;

/** The name of a metric of the classifier W for the last layer's class means; null of other metrics. */
export const lastMeansOf = (metric: LayerMetric): LayerMetric | null => metricInfo[metric].lastMeans as LayerMetric | null;
