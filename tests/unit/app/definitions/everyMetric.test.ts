import { expect, test } from "vitest";
import { definitionGroups } from "../../../../app/definitions/definitionGroups.ts";
import { planPanels, trainedNetwork } from "../../../../app/r/[id]/runPanels.ts";
import { classOptions, spectrumOptions } from "../../../../app/result/model/metrics/listOptions.ts";
import { metricOptions } from "../../../../app/result/model/metrics/metricOptions.ts";
import { layersOf } from "../../../../contract/config/networkForm.ts";
import { definitionsOf } from "../../../../contract/metrics/metricDefinitions.ts";
import {
  type AnyMetric,
  allMetrics,
  type ListMetric,
  type Metric,
  metricInfo,
  type StudyMetric,
} from "../../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../../contract/metrics/metricPlaces.ts";
import { listKey, seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { smallRun } from "../../workers/builders.ts";

/** That each is measured, and that what is measured is one of them: tests/unit/contract/metrics/metricInfo.test.ts. */
test.each(allMetrics)(
  "%s is defined in exports and on the page of definitions, and chosen or drawn on a page",
  (metric: AnyMetric) => {
    const { scope, by, layers, offered, otherSet, formula } = metricInfo[metric];
    const defined = definitionGroups().flatMap(({ definitions }) => definitions.map(({ id }) => id));
    expect(defined.filter((id) => id === metric)).toHaveLength(1);

    const choices: string[] = [
      ...metricOptions(studyMetrics as StudyMetric[]).map(({ value }) => value),
      ...[...classOptions, ...spectrumOptions].map(({ value }) => value),
    ];
    expect(choices.filter((id) => id === metric)).toHaveLength(offered || scope === "class" || scope === "spectrum" ? 1 : 0);

    if (by === "page") return; // no series has it
    const config = smallRun();
    const layer = layers === null ? undefined : layersOf(config);
    const isList = scope === "class" || scope === "spectrum";
    const split = otherSet ? "other" : "train";
    const key = isList ? listKey(split, metric as ListMetric, layer) : seriesKey(split, metric as Metric, layer);
    expect(definitionsOf([key])[metric]?.formula).toBe(formula);
    if (isList) return;
    const all = Array.from({ length: layersOf(config) }, (_, l) => l + 1);
    const groups = planPanels([key], trainedNetwork(config), all, "train");
    expect(groups.flatMap(({ panels }) => panels.flatMap(({ lines }) => lines.map((line) => line.key)))).toEqual([key]);
    expect(groups[0]!.title).not.toBe("Other series");
  },
);
