import { ExperimentStore } from "../../../../../app/live/ExperimentStore.ts";
import { GramHeatmap } from "../../../../../app/result/geometry/GramHeatmap.tsx";
import { MinorityChart } from "../../../../../app/result/imbalance/MinorityChart.tsx";
import { levelGeometry } from "../../../../../app/result/model/imbalance/imbalanceGeometry.ts";
import { StudyChart } from "../../../../../app/result/study/StudyChart.tsx";
import { LayerProfileChart } from "../../../../../app/result/training/LayerProfileChart.tsx";
import { TrainingPanel } from "../../../../../app/result/training/TrainingPanel.tsx";
import { readView } from "../../../../../app/result/view/resultView.ts";
import { GramPicture } from "../../../../../app/theory/OptimumPictures.tsx";
import { SlackCharts } from "../../../../../app/theory/SlackCharts.tsx";
import { slackCurve } from "../../../../../app/theory/slackCurve.ts";
import { defaultInputs, optimumAt, solve } from "../../../../../app/theory/theoryInputs.ts";
import type { RunConfig } from "../../../../../contract/config/runConfig.ts";
import { seriesKey } from "../../../../../contract/metrics/seriesKey.ts";
import type { GeometrySnapshot } from "../../../../../contract/wire/runEvents.ts";
import { aRow } from "../../builders.ts";
import type { Scene } from "./drawScene.ts";

const viewOf = (chosen: Record<string, string>) => readView((name) => chosen[name] ?? null);
const onView = () => {};
/** A factor of a seed around 1: seeds differ by the same share everywhere. */
const spread = (seed: number) => 1 + 0.3 * (seed - 1);

const study = (configs: Partial<RunConfig>[], nc1Of: (config: Partial<RunConfig>, seed: number) => number) =>
  configs.flatMap((config) =>
    [0, 1, 2].map((seed) => aRow({ ...config, seed }, { [`train/nc1.ratio@${config.depth ?? 5}`]: nc1Of(config, seed) })),
  );
const overDepth = study(
  (["rn1", "t11"] as const).flatMap((architecture) => [3, 5, 8, 13, 21].map((depth) => ({ architecture, depth }))),
  ({ architecture, depth = 1 }, seed) => spread(seed) * depth ** (architecture === "rn1" ? -0.5 : -0.9),
);
const overWidth = study(
  [8, 16, 32, 64].map((width) => ({ width })),
  ({ width = 1 }, seed) => spread(seed) / width,
);
const families: RunConfig["regularizer"][] = [
  { family: "none" },
  { family: "weights", objective: "uniform", lambda: 0.005, scaling: "constant", headLambda: 0.005 },
  { family: "weights", objective: "uniform", lambda: 0.005, scaling: "inverse-depth", headLambda: 0.005 },
];
const overRegularizer = study(
  families.flatMap((regularizer) => (["rn1", "rn2"] as const).map((architecture) => ({ architecture, regularizer }))),
  ({ architecture, regularizer }, seed) =>
    (spread(seed) * (regularizer?.family === "none" ? 1 : 0.01)) / (architecture === "rn1" ? 1 : 3),
);
const studyScene = (rows: typeof overDepth, chosen: Record<string, string> = {}): Scene => ({
  element: <StudyChart rows={rows} rule={undefined} view={viewOf(chosen)} onView={onView} share={null} empty={null} />,
});

const steps = [0, 1, 10, 100, 1000];
const trained = [3, 8].map((depth) => aRow({ depth }, { "train/loss": 0.1 }));
const store = new ExperimentStore();
store.setDetail({ runs: trained, config: {} } as never);
store.addSeries(
  trained.flatMap(({ id, config: { depth } }) => [
    { runId: id, key: "train/loss", steps, values: steps.map((step) => 1.4 / (1 + step / depth) + 0.05), total: steps.length },
    ...Array.from({ length: depth }, (_, at) => ({
      ...{ runId: id, key: seriesKey("train", "nc1.ratio", at + 1), steps, total: steps.length },
      values: steps.map((step) => 10 ** (-(at * Math.log10(1 + step)) / depth)),
    })),
  ]),
);

const clusters = (imbalance: number): RunConfig["dataset"] => ({
  ...{ id: "gaussian-clusters", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25, dataSeed: 0, separation: 3 },
  imbalance,
});
/** Cosines of 4 classes of which the two smallest come together. */
const merging = (cosine: number) =>
  Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : at === 11 || at === 14 ? cosine : -1 / 3));
const levels = [1, 0.1, 0.01].flatMap((imbalance) => {
  const runs = [0, 1].map((seed) => aRow({ seed, dataset: clusters(imbalance) }, { "train/loss": 1 }));
  const level = { imbalance, data: { text: "", index: 0 }, large: null, runs };
  const snapshot = (seed: number) => {
    const cosine = -1 / 3 - 0.4 * Math.log10(imbalance) + 0.05 * seed;
    return { classes: 4, meansGram: merging(cosine), headGram: merging(cosine / 2) } as unknown as GeometrySnapshot;
  };
  return levelGeometry(level, [50, 20, 5, 5], ({ config }) => snapshot(config.seed)) ?? [];
});

const slack = { ...defaultInputs, classes: 3, dim: 8, rho: 0.1, frame: "orthogonal" } as const;
const curve = [...slackCurve(slack, 7)].at(-1);
if (curve === undefined) throw new Error("these inputs have a slack");
const slackScene = (panel: string): Scene => ({
  element: <SlackCharts inputs={slack} optimum={optimumAt(slack, slack.lambda)} curve={curve} searching={false} />,
  panel,
});
const unequal = solve({ ...defaultInputs, classes: 5, imbalance: 0.1 });
if (!("optimum" in unequal)) throw new Error("these inputs have an optimum");

/** The charts of the result page and of the theory page. */
export const pageScenes: Record<string, Scene> = {
  "study-over-depth": studyScene(overDepth),
  "study-over-depth-without-lines": studyScene(overDepth, { lines: "-", fit: "5-21" }),
  "study-over-width": studyScene(overWidth),
  "study-over-regularizers": studyScene(overRegularizer, { over: "regularizer" }),
  "training-panel": {
    element: (
      <TrainingPanel
        spec={{ id: "loss", metric: "loss", title: "loss", trainOnly: false, rare: false }}
        store={store}
        version={store.version}
        runs={trained}
        view={viewOf({})}
        onView={onView}
        logX={false}
        share={null}
        hidden={new Set()}
      />
    ),
  },
  "layer-profile": {
    element: <LayerProfileChart store={store} version={store.version} view={viewOf({})} onView={onView} empty={null} />,
  },
  "heat-map": { element: <GramHeatmap title="class means" cosines={merging(0.6)} classes={4} block={2} /> },
  "minority-collapse": { element: <MinorityChart levels={levels} empty="" /> },
  "slack-optimum": slackScene("slack"),
  "slack-parts": slackScene("slack-parts"),
  "slack-distance": slackScene("slack-distance"),
  "optimum-of-unequal-classes": { element: <GramPicture optimum={unequal.optimum} /> },
};
