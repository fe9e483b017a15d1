import { describe, expect, test } from "vitest";
import { ExperimentStore } from "../../../../../../app/live/ExperimentStore.ts";
import { planPanels, trainedNetwork } from "../../../../../../app/r/[id]/runPanels.ts";
import { layerProfiles } from "../../../../../../app/result/model/runs/layerProfiles.ts";
import { layerDrawing } from "../../../../../../app/result/model/study/layerDrawing.ts";
import type { LayerMetric } from "../../../../../../contract/metrics/metricInfo.ts";
import { seriesKey } from "../../../../../../contract/metrics/seriesKey.ts";
import { aConfig, aRow } from "../../../builders.ts";

/** Three layers whose class means fall from 0.8 to 0.2, under a classifier at 0.6. */
const measured = (metric: LayerMetric, last: LayerMetric | null): Record<string, number> => ({
  [seriesKey("train", metric, 1)]: 0.8,
  [seriesKey("train", metric, 2)]: 0.4,
  [seriesKey("train", metric, 3)]: 0.6,
  ...(last === null ? {} : { [seriesKey("train", last, 3)]: 0.2 }),
});

function profileOf(metric: LayerMetric, values: Record<string, number>) {
  const row = aRow({ depth: 3 }, {});
  const store = new ExperimentStore();
  store.setDetail({ runs: [row] } as never);
  store.addSeries(Object.entries(values).map(([key, value]) => ({ runId: row.id, key, steps: [0], values: [value], total: 1 })));
  return layerProfiles(store, store.rows, metric, "train", 0, true)[0];
}

describe("NC2 over the layers", () => {
  test.each([
    ["nc2.frame", "nc2.mframe"],
    ["nc2.frame.orthogonal", "nc2.mframe.orthogonal"],
    ["nc2.etf", "nc2.metf"],
  ] as const)("%s is of class means at every layer, the last one too, and the classifier stands apart", (metric, last) => {
    const profile = profileOf(metric, measured(metric, last));
    expect(profile?.ys.map((y) => y && Number(y.toFixed(12)))).toEqual([0.8, 0.4, 0.2]);
    expect(profile?.classifier).toBeCloseTo(0.6, 12);
    expect(profile?.lacksLast).toBe(false);
  });
  test("ends before the last layer where only the classifier was measured there", () => {
    const profile = profileOf("nc2.frame", measured("nc2.frame", null));
    expect(profile?.ys.map((y) => y && Number(y.toFixed(12)))).toEqual([0.8, 0.4, null]);
    expect(profile).toMatchObject({ lacksLast: true, classifier: expect.closeTo(0.6, 12) });
  });
  test("has no classifier's side for a metric that is of class means alone", () => {
    const profile = profileOf("nc2.norms", measured("nc2.norms", null));
    expect(profile?.ys.map((y) => y && Number(y.toFixed(12)))).toEqual([0.8, 0.4, 0.6]);
    expect(profile).toMatchObject({ lacksLast: false, classifier: null });
  });
  test("keeps the values behind each mean, one a run, and draws them as means of so many", () => {
    const rows = [0, 1, 2].map((seed) => aRow({ depth: 2, seed }, {}));
    const store = new ExperimentStore();
    store.setDetail({ runs: rows } as never);
    const valueAt = (seed: number, layer: number) => [1, 2, 4][seed]! / layer;
    store.addSeries(
      rows.flatMap((row, seed) =>
        // The last run lacks its last layer.
        (seed === 2 ? [1] : [1, 2]).map((layer) => ({
          ...{ runId: row.id, key: seriesKey("train", "nc1.ratio", layer) },
          ...{ steps: [0], values: [valueAt(seed, layer)], total: 1 },
        })),
      ),
    );
    const [profile] = layerProfiles(store, store.rows, "nc1.ratio", "train", 0, true);
    expect(profile?.samples).toEqual([
      [1, 2, 4],
      [0.5, 1],
    ]);
    const { series } = layerDrawing(store, { metric: "nc1.ratio", split: "train", at: null, log: true }, undefined);
    expect(series[0]?.samples).toEqual(profile?.samples);
    expect(series[0]?.notes).toEqual(["layer 1, geometric mean of 3 runs", "layer 2, geometric mean of 2 runs"]);
  });
  test("a run's panel names both sides of its last layer", () => {
    const keys = Object.keys(measured("nc2.frame", "nc2.mframe"));
    const panels = planPanels(keys, trainedNetwork(aConfig({ depth: 3 })), [1, 2, 3], "train").flatMap((group) => group.panels);
    expect(panels.map((panel) => panel.id)).toEqual(["nc2.frame"]);
    expect(panels[0]?.lines.map((line) => [line.key, line.label])).toEqual([
      ["train/nc2.frame@1", "layer 1"],
      ["train/nc2.frame@2", "layer 2"],
      ["train/nc2.mframe@3", "layer 3"],
      ["train/nc2.frame@3", "classifier W"],
    ]);
  });
});
