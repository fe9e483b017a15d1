import { describe, expect, test } from "vitest";
import { detectionScores } from "../../../../contract/metrics/detectionScores.ts";
import { metricGroups } from "../../../../contract/metrics/metricFacts.ts";
import {
  allMetrics,
  derivedMetrics,
  type LayerMetric,
  layerMetrics,
  listMetrics,
  type Metric,
  metricInfo,
  metrics,
  networkMetrics,
} from "../../../../contract/metrics/metricInfo.ts";
import { studyMetrics, tableColumns, trainingPlaces } from "../../../../contract/metrics/metricPlaces.ts";
import { parseSeriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { floorFormulas } from "../../../../math/collapse/numericFloor.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import type { Findings } from "../../../../workers/measure/findings.ts";
import { makeObserver } from "../../../../workers/measure/observer.ts";
import { runOptimum } from "../../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../../workers/builders.ts";

/** What a run's process finds beside its measurements and surveys. */
const ofTheProcess = ["gradientNorm", "curvature", "learningRate", "stepMs", "elapsedMs"];

describe("the facts of metrics", () => {
  test("are of exactly what workers measure, over all objectives", async () => {
    const engine = await createEngine({ device: "cpu" });
    const kinds = [
      { loss: "ce" },
      { loss: "mse", headBias: false },
      { regularizer: { family: "slack", lambda: 0.005, rho: 0.1, frame: "simplex" } },
      { headBias: true, regularizer: { family: "features", lambdaW: 0.005, lambdaH: 0.001, lambdaB: 0.01 } },
      { other: { dataset: smallRun().dataset } },
      { architecture: "dufm", regularizer: { family: "features", lambdaW: 0.005, lambdaH: 0.001 } },
    ];
    const found = { measurement: new Set<string>(), survey: new Set<string>() };
    const add = (by: keyof typeof found, of: Findings) => {
      for (const part of [of.values, of.missing, of.lists])
        for (const key of Object.keys(part)) if (key !== "geometry") found[by].add(parseSeriesKey(key)?.metric ?? key);
    };
    for (const kind of kinds) {
      const config = smallRun(kind);
      const data = dataOf(config);
      const network = defineNetwork(config, data);
      const optimum = runOptimum(config, data.resolved.trainCounts);
      const observer = await makeObserver(engine, config, network, data, optimum, { other: data.test });
      const source = { parameters: initializeParameters(network.parameters, 0) };
      add("measurement", await observer.observe(0, source));
      add("survey", await observer.survey(source, async () => {}));
    }
    const those = (by: keyof typeof found) => allMetrics.filter((metric) => metricInfo[metric].by === by).sort();
    expect([...found.measurement].sort()).toEqual(those("measurement"));
    // At the last layer DNC3 is of the classifier and is measured, at the others it is surveyed.
    expect([...found.survey].filter((metric) => metric !== "dnc3").sort()).toEqual(those("survey"));
    expect(found.survey).toContain("dnc3");
    expect(allMetrics.filter((metric) => metricInfo[metric].by === "process")).toEqual(ofTheProcess);
  });

  test("name floors that the mathematics has, and all of those", () => {
    const named = new Set(layerMetrics.flatMap((metric) => metricInfo[metric].floor ?? []));
    expect([...named].sort()).toEqual(Object.keys(floorFormulas).sort());
  });

  test("name the class means' side of each metric that is of the classifier at the last layer, which hidden layers lack", () => {
    const sides = layerMetrics.flatMap((metric) => {
      const { lastMeans } = metricInfo[metric];
      return lastMeans === null ? [] : [[metric, lastMeans, metricInfo[lastMeans as LayerMetric].layers]];
    });
    expect(sides).toEqual([
      ["nc2.frame", "nc2.mframe", "last"],
      ["nc2.frame.orthogonal", "nc2.mframe.orthogonal", "last"],
      ["nc2.etf", "nc2.metf", "last"],
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
    expect(layerMetrics.filter((metric) => metricInfo[metric].theory !== null)).toEqual([
      "nc1.ratio",
      "nc2.frame",
      "nc2.frame.orthogonal",
      "nc3.cosine",
    ]);
    for (const metric of layerMetrics) expect(metricInfo[metric].theory?.slopes ?? [-0.5, -0.25]).toEqual([-0.5, -0.25]);
  });
});

describe("the places of metrics on pages", () => {
  test("leave out of a study's charts only what says how a run trains or has no last layer, and name each metric once", () => {
    expect(metrics.filter((metric) => !studyMetrics.includes(metric))).toEqual([
      "balance",
      "gradientNorm",
      "curvature",
      "learningRate",
      "elapsedMs",
    ]);
    expect(studyMetrics.filter((metric) => !(metrics as readonly string[]).includes(metric))).toEqual([
      "ridge.total",
      "robust",
      "transfer",
      ...detectionScores.map((score) => `auroc.${score}`),
    ]);
    expect([...studyMetrics].sort()).toEqual([...new Set(studyMetrics)].sort());
    expect(Object.keys(metricInfo)).toHaveLength(metrics.length + listMetrics.length + derivedMetrics.length);
    // Those that refine another one are chosen by name.
    const placed = (metric: Metric) => metricInfo[metric].more || trainingPlaces.some((place) => place.metric === metric);
    expect(networkMetrics.filter((metric) => !placed(metric))).toEqual(["curvature", "elapsedMs"]);
  });

  test("have a heading each, under which they are offered together and in one order", () => {
    const headings = studyMetrics.map((metric) => metricInfo[metric].group);
    const inOrder = Object.keys(metricGroups).filter((group) => headings.some((one) => one === group));
    expect(headings.filter((group, at) => headings[at - 1] !== group)).toEqual(inOrder);
    for (const info of Object.values(metricInfo)) expect(Object.keys(metricGroups)).toContain(info.group);
  });

  test("have an id each", () => {
    for (const ids of [tableColumns.map(({ id }) => id), trainingPlaces.map(({ metric }) => metric)])
      expect(ids).toHaveLength(new Set<string>(ids).size);
  });
});
