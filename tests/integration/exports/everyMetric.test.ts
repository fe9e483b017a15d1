import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { definitionGroups } from "../../../app/definitions/definitionGroups.ts";
import { planPanels, trainedNetwork } from "../../../app/r/[id]/runPanels.ts";
import { classOptions, spectrumOptions } from "../../../app/result/model/metrics/listOptions.ts";
import { offeredMetrics, studyValue } from "../../../app/result/model/metrics/studyMetrics.ts";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { type AnyMetric, allMetrics, metricInfo, type StudyMetric } from "../../../contract/metrics/metricInfo.ts";
import { studyMetrics } from "../../../contract/metrics/metricPlaces.ts";
import { parseSeriesKey, splits } from "../../../contract/metrics/seriesKey.ts";
import { type ExperimentExport, experimentExport } from "../../../contract/wire/exportFormat.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { getExperiment, grid, untilStatus } from "../../support/builders/studies.ts";
import { TestServer } from "../../support/processes/server.ts";

/**
 * The table of metrics, walked: what it has is measured in a real run of some kind, in every export, chosen somewhere on the pages and
 * defined; what a run measures is in it. A metric that no run here has is missing in the table's own words nowhere: it fails.
 */
const set = { id: "gaussian-clusters", classes: 3, dimension: 4, trainPerClass: 6, testPerClass: 4 } as const;
const small = grid({
  datasets: [{ ...set, dataSeed: 5, separation: 2, imbalance: 1 }],
  depths: [3],
  widths: [8],
  training: { ...grid().training, steps: 20, batch: "full" },
  measuring: { name: "every", steps: 10, layers: "every" },
  device: "cpu",
});
const weights = { family: "weights", objective: "uniform", scaling: "constant", lambda: 0.01, headLambda: 0.01 } as const;
const kinds: [name: string, change: Record<string, unknown>][] = [
  [
    "cross entropy, polished, attacked, transferred and shown a second set",
    {
      other: { dataset: { ...set, dataSeed: 7, separation: 2, imbalance: 1 }, samples: 10, alpha: 1e-4, temperature: 1 },
      regularizers: [weights],
      training: { ...small.training, polish: { iterations: 3, tolerance: 1e-5, curvature: true } },
      afterTraining: {
        robustness: { epsilons: [0.1, 0.2], pgdSteps: 2, samples: 12 },
        transfer: { dataset: { ...set, dataSeed: 6, separation: 2, imbalance: 1 } },
      },
    },
  ],
  ["squared error without a bias", { losses: ["mse"], headBias: false, regularizers: [weights] }],
  ["slack", { regularizers: [{ family: "slack", lambda: 0.005, rho: 0.1, frame: "simplex" }] }],
  [
    "ridge on features, with a bias that is penalized",
    {
      headBias: true,
      regularizers: [{ family: "features", lambdaW: 0.005, lambdaH: 0.001, lambdaB: 0.01 }],
    },
  ],
  [
    "deep free features",
    { architectures: [{ name: "dufm" }], regularizers: [{ family: "features", lambdaW: 0.005, lambdaH: 0.001 }] },
  ],
];

let server: TestServer;
const studies: { exported: ExperimentExport; rows: RunRow[]; csv: string }[] = [];

beforeAll(async () => {
  server = await TestServer.start({ localWorker: true });
  const ids: string[] = [];
  for (const [name, change] of kinds)
    ids.push((await server.call("experiments.launch", { name, config: { ...small, ...change } as typeof small })).id);
  for (const id of ids) {
    for (const { id: runId } of (await getExperiment(server, id)).runs) await untilStatus(server, runId, "finished", 240_000);
    const exported = experimentExport.parse(await (await fetch(`${server.url}/export/experiments/${id}.json`)).json());
    const csv = await (await fetch(`${server.url}/export/experiments/${id}.csv`)).text();
    studies.push({ exported, rows: (await getExperiment(server, id)).runs, csv });
  }
}, 600_000);
afterAll(() => server?.stop());

const keysOf = ({ exported }: (typeof studies)[number]) => exported.runs.flatMap((run) => Object.keys(run.series));
const metricOf = (key: string) => parseSeriesKey(key)!.metric;

test("what real runs measure is in the table", () => {
  const measured = new Set(studies.flatMap((study) => keysOf(study).map(metricOf)));
  expect([...measured].filter((metric) => !Object.hasOwn(metricInfo, metric))).toEqual([]);
});

test.each(allMetrics)("%s is measured, exported, to be chosen, and defined", async (metric: AnyMetric) => {
  const { scope, by, offered } = metricInfo[metric];
  const rows = studies.flatMap((study) => study.rows);
  if (by === "page") {
    const values = splits.flatMap((split) => rows.map((row) => studyValue(row, metric as StudyMetric, split)));
    expect(values.some((value) => value !== null && Number.isFinite(value))).toBe(true);
    // Tables of a study have it, or what it is made of; the files of its charts have it by its definition.
    const heads = studies.map(({ csv }) => csv.split("\r\n").find((line) => !line.startsWith("#"))!);
    const parts = { "ridge.total": "train/ridge.head", robust: "robustness/pgd", transfer: "transfer/test@" };
    const part = parts[metric as keyof typeof parts] ?? `other/${metric}.`;
    expect(heads.some((head) => head.split(",").some((name) => name.startsWith(part)))).toBe(true);
  } else {
    const study = studies.find((one) => keysOf(one).some((key) => metricOf(key) === metric))!;
    expect(study, "no run here measures it").toBeDefined();
    const run = study.exported.runs.find(({ series }) => Object.keys(series).some((key) => metricOf(key) === metric))!;
    const key = Object.keys(run.series).find((one) => metricOf(one) === metric)!;
    const { values } = run.series[key]!;
    expect(values.every(Number.isFinite)).toBe(true);
    // JSON defines it, CSV has it in its head and, of a single number, as a column; Parquet and the run's CSV have its points.
    expect(study.exported.definitions[metric]?.formula).toBe(metricInfo[metric].formula);
    const [head] = study.csv.split("\r\n").filter((line) => !line.startsWith("#"));
    if (scope === "layer" || scope === "network") {
      expect(head!.split(",")).toContain(key);
      expect(study.csv).toContain(`# metric ${metric}:`);
    }
    const csv = await (await fetch(`${server.url}/export/runs/${run.id}.csv`)).text();
    expect(csv).toContain(`\r\n${key},`);
    expect(csv).toContain(`# metric ${metric}:`);
    const answer = await fetch(`${server.url}/api/v1/runs/${run.id}/series?format=parquet&key=${encodeURIComponent(key)}`);
    const points = (await parquetReadObjects({ file: await answer.arrayBuffer() })) as { series: string; value: number }[];
    expect(points.map(({ series, value }) => [series, value])).toEqual(values.map((value) => [key, value]));
  }
  if (offered) {
    expect(studyMetrics).toContain(metric);
    expect(splits.some((split) => offeredMetrics(rows, split, "nc1.ratio").includes(metric as StudyMetric))).toBe(true);
  } else if (scope === "class" || scope === "spectrum")
    expect([...classOptions, ...spectrumOptions].map(({ value }) => value)).toContain(metric);
  if (scope === "layer" || (scope === "network" && by !== "page")) {
    const drawn = studies.flatMap(({ exported }) =>
      exported.runs.flatMap(({ config, series }) => {
        const layers = Array.from({ length: layersOf(config) }, (_, l) => l + 1);
        // Numbers of a list have panels of their own.
        const single = Object.keys(series).filter((key) => parseSeriesKey(key)?.index === null);
        return planPanels(single, trainedNetwork(config), layers, "train");
      }),
    );
    const lines = drawn.flatMap(({ panels }) => panels.flatMap((panel) => panel.lines.map(({ key }) => metricOf(key))));
    expect(lines, "no panel of a run's page draws it").toContain(metric);
    expect(drawn.map(({ title }) => title)).not.toContain("Other series");
  }
  const defined = definitionGroups().flatMap(({ definitions }) => definitions.map(({ id }) => id));
  expect(defined).toContain(metric);
});
