import { describe, expect, test } from "vitest";
import { layerMetricInfo } from "../../../../contract/metrics/layerMetrics.ts";
import { listMetricInfo } from "../../../../contract/metrics/listMetrics.ts";
import { metricGroups } from "../../../../contract/metrics/metricFacts.ts";
import {
  layerMetrics,
  type Metric,
  metricInfo,
  metrics,
  networkMetrics,
  studyMetricInfo,
} from "../../../../contract/metrics/metricInfo.ts";
import { studyMetrics, tableColumns, trainingPlaces } from "../../../../contract/metrics/metricPlaces.ts";
import { parseSeriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { surveyMetrics } from "../../../../contract/metrics/surveyMetrics.ts";
import { hiddenLayerMetricIds, metricIds } from "../../../../math/collapse/metricIds.ts";
import { floorFormulas } from "../../../../math/collapse/numericFloor.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { makeObserver } from "../../../../workers/measure/observer.ts";
import { runOptimum } from "../../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../../workers/builders.ts";

/** What a run's process adds to what the observer measures. */
const ofTheRun = ["gradientNorm", "curvature", "learningRate", "stepMs", "elapsedMs"];

describe("the facts of metrics", () => {
  test("are of exactly what the mathematics computes, and say which layers have it", () => {
    expect(layerMetrics).toEqual([...metricIds, ...surveyMetrics]);
    expect(layerMetrics.filter((metric) => layerMetricInfo[metric].hidden)).toEqual([
      ...hiddenLayerMetricIds,
      "dnc3",
      ...surveyMetrics,
    ]);
  });

  test("are of exactly what workers measure, over all objectives", async () => {
    const engine = await createEngine({ device: "cpu" });
    const kinds = [
      { loss: "ce" },
      { loss: "mse", headBias: false },
      { regularizer: { family: "slack", lambda: 0.005, rho: 0.1, frame: "simplex" } },
      { headBias: true, regularizer: { family: "features", lambdaW: 0.005, lambdaH: 0.001, lambdaB: 0.01 } },
      { architecture: "dufm", regularizer: { family: "features", lambdaW: 0.005, lambdaH: 0.001 } },
    ];
    const measured = new Set<string>();
    for (const kind of kinds) {
      const config = smallRun(kind);
      const data = dataOf(config);
      const network = defineNetwork(config, data);
      const optimum = runOptimum(config, data.resolved.trainCounts);
      const observer = await makeObserver(engine, config, network, data, optimum);
      const source = { parameters: initializeParameters(network.parameters, 0) };
      const { values, missing } = await observer.observe(0, source);
      const survey = await observer.survey(source, async () => {});
      Object.assign(values, survey.values);
      for (const key of [...Object.keys(values), ...Object.keys(missing)]) measured.add(parseSeriesKey(key)?.metric ?? key);
    }
    expect([...measured, ...ofTheRun].filter((metric) => metric !== "geometry" && !(metric in listMetricInfo)).sort()).toEqual(
      [...metrics].sort(),
    );
  });

  test("name floors that the mathematics has, and all of those", () => {
    const named = new Set(layerMetrics.flatMap((metric) => layerMetricInfo[metric].floor ?? []));
    expect([...named].sort()).toEqual(Object.keys(floorFormulas).sort());
  });

  test("name the class means' side of each metric that is of the classifier at the last layer, which hidden layers lack", () => {
    const sides = layerMetrics.flatMap((metric) => {
      const { lastMeans } = layerMetricInfo[metric];
      return lastMeans === null ? [] : [[metric, lastMeans, layerMetricInfo[lastMeans].hidden]];
    });
    expect(sides).toEqual([
      ["nc2.frame", "nc2.mframe", false],
      ["nc2.frame.orthogonal", "nc2.mframe.orthogonal", false],
      ["nc2.etf", "nc2.metf", false],
    ]);
  });

  test("ask for a collapse of 0 but of shares of the right, of the spread and of condition numbers, and have the theory's slopes for NC1, NC2 and NC3", () => {
    expect(metrics.filter((metric) => metricInfo[metric].ideal === 1)).toEqual([
      "unc3.cosine.mean",
      "norms.spread",
      "dnc2",
      "dnc2.orthogonal",
      "probe",
      "ncc",
      "accuracy",
    ]);
    expect(layerMetrics.filter((metric) => layerMetricInfo[metric].theory !== null)).toEqual([
      "nc1.ratio",
      "nc2.frame",
      "nc2.frame.orthogonal",
      "nc3.cosine",
    ]);
    for (const metric of layerMetrics) expect(layerMetricInfo[metric].theory?.slopes ?? [-0.5, -0.25]).toEqual([-0.5, -0.25]);
  });
});

describe("the places of metrics on pages", () => {
  test("leave out of a study's charts only what says how a run trains, and name each metric once", () => {
    expect(metrics.filter((metric) => !studyMetrics.includes(metric))).toEqual([
      "gradientNorm",
      "curvature",
      "learningRate",
      "elapsedMs",
    ]);
    expect(studyMetrics.filter((metric) => !(metrics as readonly string[]).includes(metric))).toEqual([
      "ridge.total",
      "robust",
      "transfer",
    ]);
    expect([...studyMetrics].sort()).toEqual([...new Set(studyMetrics)].sort());
    expect(Object.keys(studyMetricInfo)).toHaveLength(metrics.length + 3);
    // Those that refine another one are chosen by name.
    const placed = (metric: Metric) => metricInfo[metric].more || trainingPlaces.some((place) => place.metric === metric);
    expect(networkMetrics.filter((metric) => !placed(metric))).toEqual(["curvature", "elapsedMs"]);
  });

  test("have a heading each, under which they are offered together and in one order", () => {
    const headings = studyMetrics.map((metric) => studyMetricInfo[metric].group);
    const inOrder = Object.keys(metricGroups).filter((group) => headings.some((one) => one === group));
    expect(headings.filter((group, at) => headings[at - 1] !== group)).toEqual(inOrder);
    for (const info of Object.values(listMetricInfo)) expect(Object.keys(metricGroups)).toContain(info.group);
  });

  test("have an id each", () => {
    for (const ids of [tableColumns.map(({ id }) => id), trainingPlaces.map(({ metric }) => metric)])
      expect(ids).toHaveLength(new Set<string>(ids).size);
  });
});
