import { type MetricGroup, metricGroups, type TablePlace, type TrainingPlace } from "./metricFacts.ts";
import { type AnyMetric, allMetrics, derivedMetrics, type Metric, metricInfo, metrics, type StudyMetric } from "./metricInfo.ts";

/** Metrics by the order of their groups. */
export const inGroups = <Id extends AnyMetric>(ids: readonly Id[]): Id[] =>
  (Object.keys(metricGroups) as MetricGroup[]).flatMap((group) => ids.filter((id) => metricInfo[id].group === group));

/** Metrics that make sense for a whole run, in the order in which charts of a study offer them: by their groups. */
export const studyMetrics: readonly StudyMetric[] = inGroups(
  [...metrics, ...derivedMetrics].filter((metric) => metricInfo[metric].offered),
);

/** Metrics with a panel in the training section, in order; those that no test set has are of the training set whichever is chosen. */
export const trainingPlaces: readonly ({ metric: Metric; trainOnly: boolean } & TrainingPlace)[] = metrics
  .flatMap((metric) => {
    const { training, test } = metricInfo[metric];
    return training === null ? [] : [{ metric, trainOnly: test === null, ...training }];
  })
  .sort((a, b) => a.at - b.at);

export interface MetricColumn extends TablePlace {
  metric: StudyMetric;
}

/** Columns of the run table and of its CSV, in order. */
export const tableColumns: readonly MetricColumn[] = allMetrics
  .flatMap((metric) => metricInfo[metric].columns.map((column) => ({ metric: metric as StudyMetric, ...column })))
  .sort((a, b) => a.at - b.at);
