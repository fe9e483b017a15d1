import { describe, expect, test } from "vitest";
import { ExperimentStore } from "../../../../../../app/live/ExperimentStore.ts";
import { dataConflicts, dataTagger } from "../../../../../../app/result/model/grid/dataVersions.ts";
import { groupCells } from "../../../../../../app/result/model/grid/gridAxes.ts";
import { imbalanceLevels } from "../../../../../../app/result/model/imbalance/minorityCollapse.ts";
import { layerProfiles } from "../../../../../../app/result/model/runs/layerProfiles.ts";
import { meanAndDeviation, tableGroups } from "../../../../../../app/result/model/runs/tableGroups.ts";
import { convergenceSpeed } from "../../../../../../app/result/model/speed/convergenceSpeed.ts";
import { speedSeries } from "../../../../../../app/result/model/speed/speedSeries.ts";
import { evaluationScatter, transferSeries } from "../../../../../../app/result/model/study/evaluationCurves.ts";
import { findings } from "../../../../../../app/result/model/study/findings.ts";
import { curveLegend, studyCurves } from "../../../../../../app/result/model/study/studyCurves.ts";
import { curveSeries } from "../../../../../../app/result/model/study/studySeries.ts";
import { numberRanges } from "../../../../../../app/text/numberRanges.ts";
import type { RunConfig } from "../../../../../../contract/config/runConfig.ts";
import { type DatasetConfig, datasetConfig } from "../../../../../../contract/data/datasetConfig.ts";
import type { Evaluation } from "../../../../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../../../../contract/wire/views.ts";
import { aRow } from "../../../builders.ts";

const table = datasetConfig.parse({ id: "text-file", file: "reviews.tsv" });
const [a, b] = ["a1b2c3d4".repeat(8), "c3d4e5f6".repeat(8)];
let ordinal = 0;
const run = (seed: number, dataHash: string | null, nc1: number | null, config: Partial<RunConfig> = {}): RunRow => {
  const depth = config.depth ?? 4;
  const last: Record<string, number> = nc1 === null ? {} : { [`train/nc1.ratio@${depth}`]: nc1 };
  return { ...aRow({ seed, dataset: table, depth, ...config }, last), dataHash, ordinal: ordinal++ };
};
const mixed = (): RunRow[] => {
  ordinal = 0;
  return [run(0, a, 0.1), run(1, a, 0.1), run(2, b, 10)];
};
const depthChoice = { metric: "nc1.ratio", split: "train", x: "depth", log: true, lines: [] } as const;

describe("runs of one cell on different data are never averaged", () => {
  test("in the table: each data set has its own group, mean and label", () => {
    const groups = tableGroups(mixed(), "");
    expect(groups.map(({ label, members }) => [label, members.map((row) => row.ordinal)])).toEqual([
      [expect.stringMatching(/, data a1b2c3d4$/), [0, 1]],
      [expect.stringMatching(/, data c3d4e5f6$/), [2]],
    ]);
    expect(groups.map(({ members }) => meanAndDeviation(members, "nc1.ratio", "train")?.mean)).toEqual([0.1, 10]);
  });

  test("in the depth curve: a line each, with its own marker", () => {
    const { curves } = studyCurves(mixed(), depthChoice);
    expect(curves.map((curve) => [curve.label, curve.points.map(({ mean }) => Number(mean?.toPrecision(6)))])).toEqual([
      ["data a1b2c3d4", [0.1]],
      ["data c3d4e5f6", [10]],
    ]);
    expect(curveLegend(curves[0])).toBe("data a1b2c3d4, geometric mean, N = 2");
    const drawn = curveSeries(curves, [], mixed(), { metricLabel: "NC1", kind: "log2", places: [4] }).filter(
      ({ minor }) => !minor,
    );
    expect(new Set(drawn.map(({ style }) => style.marker)).size).toBe(2);
  });

  test("nor is a slope over depths that were added on other data", () => {
    ordinal = 0;
    const rows = [2, 4, 8].map((depth) => run(0, a, depth ** -0.5, { depth }));
    const added = [16, 32, 64].map((depth) => run(0, b, depth ** 0.5, { depth }));
    const { curves } = studyCurves([...rows, ...added], depthChoice);
    expect(curves.map(({ points }) => points.map(({ x }) => x))).toEqual([
      [2, 4, 8],
      [16, 32, 64],
    ]);
    expect(curves.map(({ fit }) => Number(fit?.slope.toFixed(9)))).toEqual([-0.5, 0.5]);
    const lines = findings([...rows, ...added]).lines.map(({ text }) => text);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^Data a1b2c3d4, /);
    expect(lines[1]).toMatch(/^Data c3d4e5f6, /);
  });

  test("in the convergence speed", () => {
    const lines = convergenceSpeed(mixed(), () => ({ steps: [0, 10], values: [1, 0.1] }), {
      ...{ metric: "nc1.ratio", tau: 0.3, gap: 0.1, lines: [] },
    });
    expect(lines.map(({ label, runs }) => [label, runs.length])).toEqual([
      ["data a1b2c3d4", 2],
      ["data c3d4e5f6", 1],
    ]);
    expect(new Set(speedSeries(lines, "metric").map(({ style }) => style.marker)).size).toBeGreaterThan(1);
  });

  test("in the layer profile", () => {
    const rows = mixed().map((row) => ({ ...row, config: { ...row.config, depth: 2 } }));
    const store = new ExperimentStore();
    store.addSeries(
      rows.flatMap((row) =>
        [1, 2].map((layer) => ({
          ...{ runId: row.id, key: `train/nc1.ratio@${layer}`, steps: [0], total: 1 },
          values: [row.dataHash === a ? 0.1 : 10],
        })),
      ),
    );
    const profiles = layerProfiles(store, rows, "nc1.ratio", "train", 0, true);
    expect(profiles.map(({ ys, count }) => [ys.map((y) => Number(y?.toPrecision(6))), count])).toEqual([
      [[0.1, 0.1], 2],
      [[10, 10], 1],
    ]);
  });

  test("in the maps of imbalance, where only one level's data differ", () => {
    const dataset = { ...table, imbalance: 0.1 } as DatasetConfig;
    ordinal = 0;
    const rows = [run(0, "e0", 1), run(1, "e0", 1), ...[a, a, b].map((hash, seed) => run(seed, hash, 1, { dataset }))];
    const levels = imbalanceLevels(rows, { imbalanceRun: null, imbalanceSeed: null });
    expect(levels.map(({ imbalance, data, runs }) => [imbalance, data.text, runs.map((row) => row.ordinal)])).toEqual([
      [1, "", [0, 1]],
      [0.1, "data a1b2c3d4", [2, 3]],
      [0.1, "data c3d4e5f6", [4]],
    ]);
  });

  test("after training: neither by the data trained on nor by those probed", () => {
    const transfer = { dataset: table, ridge: 1e-3 };
    const evaluated = (row: RunRow, hash: string, accuracy: number): RunRow => {
      const dataset = {
        id: "text-file",
        source: "",
        hash,
        classes: 2,
        inputDimension: 1,
        trainCounts: [],
        testCounts: [],
      } as const;
      const layers = [{ layer: 1, trainAccuracy: 1, testAccuracy: accuracy }];
      const evaluation = { robustness: null, transfer: { dataset, layers }, missing: {} } as unknown as Evaluation;
      return { ...row, config: { ...row.config, afterTraining: { robustness: null, transfer } }, evaluation };
    };
    ordinal = 0;
    const rows = [0, 1, 2].map((seed) => run(seed, "e0", 0.1));
    const probed = [evaluated(rows[0], a, 0.5), evaluated(rows[1], a, 0.5), evaluated(rows[2], b, 0.9)];
    expect(transferSeries(probed, []).map(({ label, ys }) => [label, ys])).toEqual([
      ["probed on a1b2c3d4, arithmetic mean, N = 2", [0.5]],
      ["probed on c3d4e5f6, N = 1", [0.9]],
    ]);
    expect(dataConflicts(probed).map(({ use, versions }) => [use, versions.map(({ runs }) => runs)])).toEqual([
      ["probed", [[1, 2], [3]]],
    ]);
    const scatter = evaluationScatter(mixed(), [], "nc1.ratio", () => 0.5);
    expect(scatter.series.map(({ label, xs }) => [label, xs.length])).toEqual([
      ["data a1b2c3d4", 2],
      ["data c3d4e5f6", 1],
    ]);
  });
});

describe("what counts as a conflict", () => {
  test("is reported with each hash and its runs, numbered as on the page", () => {
    expect(dataConflicts(mixed())).toEqual([
      {
        name: expect.stringContaining("reviews.tsv"),
        use: "trained",
        versions: [
          { hash: a, runs: [1, 2] },
          { hash: b, runs: [3] },
        ],
      },
    ]);
  });

  test("hashes that the config lets differ are none: another seed of generated data, another split, other noise", () => {
    const generated = (dataSeed: number) => datasetConfig.parse({ id: "random-labels", dataSeed });
    ordinal = 0;
    const rows = [
      run(0, "01", 1, { dataset: generated(0) }),
      run(0, "02", 1, { dataset: generated(1) }),
      run(0, "03", 1, { dataset: { ...table, splitSeed: 7 } as DatasetConfig }),
      run(0, "04", 1),
      run(0, "05", 1, { dataset: { ...table, labelNoise: { rate: 0.2, seed: 0 } } as DatasetConfig }),
    ];
    expect(dataConflicts(rows)).toEqual([]);
    expect(groupCells(rows, ["depth"])).toHaveLength(1);
    expect(groupCells(rows, ["depth"])[0]?.label).toBe("L = 4");
  });

  test("the same generated data with another hash is one, as is a folder read at another size", () => {
    const dataset = datasetConfig.parse({ id: "random-labels" });
    const folder = (size: number) => datasetConfig.parse({ id: "image-folder", folder: "lamps", size });
    expect(dataConflicts([run(0, "01", 1, { dataset }), run(1, "02", 1, { dataset })])).toHaveLength(1);
    expect(dataConflicts([run(0, "01", 1, { dataset: folder(32) }), run(1, "02", 1, { dataset: folder(64) })])).toHaveLength(1);
    expect(dataConflicts([run(0, "01", 1, { dataset: folder(32) }), run(1, "01", 1, { dataset: folder(64) })])).toEqual([]);
  });

  test("a run that has not begun is none, and goes with the first; one with values and no hash is apart", () => {
    const waiting = [...mixed(), { ...run(3, null, null), status: "queued" as const }];
    expect(dataConflicts(waiting)[0]?.versions).toHaveLength(2);
    expect(dataTagger(waiting)(waiting[3])).toEqual({ text: "data a1b2c3d4", index: 0 });
    const old = [run(0, a, 1), run(1, null, 1)];
    expect(dataConflicts(old)[0]?.versions.map(({ hash }) => hash)).toEqual([a, null]);
    expect(groupCells(old, []).map(({ label }) => label)).toEqual(["data a1b2c3d4", "data unknown"]);
    expect(dataConflicts([run(0, null, 1), run(1, null, 1), run(2, null, null)])).toEqual([]);
  });

  test("runs are named by ranges", () => {
    expect(numberRanges([1, 2, 3, 4, 7, 9, 10])).toBe("1–4, 7, 9, 10");
    expect(numberRanges([3])).toBe("3");
  });
});
