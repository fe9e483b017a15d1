import { metricGroups } from "../../../../contract/metrics/metricFacts.ts";
import { metricInfo, type StudyMetric } from "../../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../../contract/metrics/metricPlaces.ts";

/** What a choice of metrics offers, under the headings of their groups. */
export const metricOptions = <Id extends StudyMetric>(offered: readonly Id[]): { value: Id; label: string; group: string }[] =>
  offered
    .toSorted((a, b) => studyMetrics.indexOf(a) - studyMetrics.indexOf(b))
    .map((value) => ({ value, label: metricInfo[value].label, group: metricGroups[metricInfo[value].group] }));
