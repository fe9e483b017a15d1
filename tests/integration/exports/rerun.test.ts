import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configColumns } from "../../../contract/config/configColumns.ts";
import { expandGrid } from "../../../contract/config/experimentConfig.ts";
import { listOfKey, parseSeriesKey } from "../../../contract/metrics/seriesKey.ts";
import { type ExperimentExport, experimentExport, type RunExport, runExport } from "../../../contract/wire/exportFormat.ts";
import { getExperiment, grid, untilStatus } from "../../support/builders/studies.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

let server: TestServer;
let id: string;
let study: ExperimentExport;
let csv: string;

const config = grid({
  datasets: [
    {
      id: "gaussian-clusters",
      classes: 3,
      dimension: 4,
      trainPerClass: 7,
      testPerClass: 3,
      dataSeed: 5,
      separation: 2,
      imbalance: 1,
    },
  ],
  depths: [2, 3],
  widths: [8],
  seeds: [3],
  training: { ...grid().training, steps: 40, batch: 5, warmupSteps: 4 },
  measuring: { name: "every", steps: 7 },
  device: "cpu",
});

const get = async (path: string) => await fetch(`${server.url}/export/${path}`);
const json = async (path: string) => (await get(path)).json();

/** Launches an exported study or run as a reader would, and gives its runs once they have ended. */
async function rerun(exported: ExperimentExport | RunExport): Promise<ExperimentExport> {
  const { name } = exported.experiment;
  const launched = await server.call("experiments.launch", { name: `${name} again`, config: exported.config });
  return finished(launched.id);
}

async function finished(experimentId: string): Promise<ExperimentExport> {
  for (const run of (await getExperiment(server, experimentId)).runs) {
    await untilStatus(server, run.id, "finished", 90_000);
    const hasFiles = async () => (await server.call("runs.get", { id: run.id })).files.length === 2;
    await until("the run's files", hasFiles, 60_000);
  }
  return experimentExport.parse(await json(`experiments/${experimentId}.json`));
}

/** A run's numbers without the clock's. */
const numbers = ({ series }: ExperimentExport["runs"][number]) =>
  Object.fromEntries(Object.entries(series).filter(([key]) => !/stepMs|elapsedMs/.test(key)));

beforeAll(async () => {
  server = await TestServer.start({ localWorker: true });
  id = (await server.call("experiments.launch", { name: 'Depth, "twice" #1', note: "a note", tags: ["t"], config })).id;
  study = await finished(id);
  csv = await (await get(`experiments/${id}.csv`)).text();
});
afterAll(() => server?.stop());

describe("a study as JSON", () => {
  test("is what the schema says, with every point at full precision", async () => {
    expect(study).toMatchObject({ format: "collapsar experiment", version: 1, experiment: { id, note: "a note", tags: ["t"] } });
    expect(study.program).toMatch(/^\S+$/);
    expect(study.runs).toHaveLength(2);
    for (const run of study.runs) {
      const lists = [...new Set(Object.keys(run.series).flatMap((key) => listOfKey(key)?.list ?? []))];
      expect(lists).toContain(`train/nc1.class@${run.config.depth}:*`);
      const series = await server.call("runs.series", { id: run.id, maxPoints: 5_000 });
      series.push(...(await server.call("runs.series", { id: run.id, keys: lists, maxPoints: 5_000 })));
      expect(Object.keys(run.series).sort()).toEqual(series.map((one) => one.key).sort());
      for (const { key, steps, values } of series) expect(run.series[key]).toEqual({ steps, values });
      expect(run.series["train/loss"].steps).toEqual([0, 7, 14, 21, 28, 35, 40]);
      expect(run.versions.collapsar).toBe(study.program);
      expect(run).toMatchObject({ status: "finished", seed: 3, data: { classes: 3, trainCounts: [7, 7, 7] }, leftOut: true });
      expect(run.data!.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(run.attempts).toMatchObject([{ number: 1, outcome: { code: "FINISHED" }, dataHash: run.data!.hash }]);
      expect(run.resolved).toMatchObject({ trainSamples: 21, batch: 5, stepsPerEpoch: 4, epochs: 10 });
    }
  });

  test("defines every metric that it has", () => {
    const metrics = new Set(study.runs.flatMap((run) => Object.keys(run.series)).map((key) => parseSeriesKey(key)!.metric));
    expect(Object.keys(study.definitions).sort()).toEqual([...metrics].sort());
    expect(study.definitions["nc1.ratio"]).toEqual({
      label: "NC1",
      formula: "tr Σ_W / tr Σ_B",
      ideal: 0,
      unit: "1",
      source: "Tirer, Bruna (2022), ICML, Extended unconstrained features model, arXiv 2202.08087",
    });
  });

  test("launched again gives the same cells, and on the CPU the same numbers to the last bit", async () => {
    expect(expandGrid(study.config)).toEqual(study.runs.map((run) => run.config));
    const again = await rerun(study);
    expect(again.runs.map((run) => run.config)).toEqual(study.runs.map((run) => run.config));
    expect(again.runs.map(numbers)).toEqual(study.runs.map(numbers));
    expect(again.runs.map((run) => run.data!.hash)).toEqual(study.runs.map((run) => run.data!.hash));
  });
});

describe("a run as JSON", () => {
  test("trains that one cell again to the same numbers", async () => {
    const exported = runExport.parse(await json(`runs/${study.runs[1].id}.json`));
    expect(exported.run).toEqual(study.runs[1]);
    const again = await rerun(exported);
    expect(again.runs).toHaveLength(1);
    expect(again.runs[0].config).toEqual(study.runs[1].config);
    expect(numbers(again.runs[0])).toEqual(numbers(study.runs[1]));
  });
});

describe("a table", () => {
  /** As a reader does that skips comments; the cells of these columns hold no quotes. */
  const rows = (text: string) => {
    const lines = text
      .trimEnd()
      .split("\r\n")
      .filter((line) => !line.startsWith("#"));
    const [names, ...rest] = lines.map((line) => line.match(/("(""|[^"])*"|[^,]*)(,|$)/g)!.map((cell) => cell.replace(/,$/, "")));
    return rest.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at]])));
  };

  test("says in its head what it is, one cell a line in a spreadsheet", () => {
    const head = csv.split("\r\n").filter((line) => line.startsWith("#"));
    expect(head[0]).toBe("# table: Collapsar experiment; one row per run");
    expect(head[1]).toBe(`# experiment: Depth; 'twice' #1 (${id})`);
    expect(head.find((line) => line.startsWith("# exported"))).toContain(` by Collapsar ${study.program}`);
    expect(head.find((line) => line.startsWith("# data"))).toContain(`sha256 ${study.runs[0].data!.hash}; 21 training samples`);
    expect(head.find((line) => line.startsWith("# metric nc2.frame:"))).toContain(
      "ideal 0; unit 1; Súkeník; Lampert; Mondelli (2025)",
    );
    expect(head.join("")).not.toMatch(/[",]/);
  });

  test("has every field of the config in a column of the same name whatever the study varies", () => {
    const [first] = rows(csv);
    for (const name of configColumns) expect(first, name).toHaveProperty([name]);
    expect(first).toMatchObject({
      "training.optimizer.epsilon": "1e-8",
      "training.learningRate": "0.005",
      "training.schedule.name": "cosine",
      "training.batch": "5",
      "training.warmupSteps": "4",
      "training.initialization.gain": "1",
      "training.initialization.branchGain": "1",
      "measuring.steps": "7",
      "regularizer.lambda": "0.005",
      "regularizer.rho": "",
      "dataset.dataSeed": "5",
      heads: "",
      patch: "",
      "resolved.stepsPerEpoch": "4",
      data_hash: study.runs[0].data!.hash,
      left_out: "true",
    });
    expect(configColumns).toContain("regularizer.rho");
    expect(configColumns).toContain("dataset.labelNoise.rate");
    expect(rows(csv)).toHaveLength(2);
    expect(Number(rows(csv)[1]["train/loss"])).toBe(study.runs[1].series["train/loss"].values.at(-1));
  });

  test("comes without its head if asked, and a run's has its config there", async () => {
    const plain = await (await get(`experiments/${id}.csv?head=none`)).text();
    expect(plain.startsWith("run,status,dataset,architecture,")).toBe(true);
    const run = await (await get(`runs/${study.runs[0].id}.csv`)).text();
    expect(run).toContain("# config training.optimizer.epsilon: 1e-8\r\n");
    expect(run).toContain("\r\nseries,step,value\r\n");
    const bare = await (await get(`runs/${study.runs[0].id}.csv?head=none`)).text();
    const points = Object.values(study.runs[0].series).reduce((sum, { steps }) => sum + steps.length, 0);
    expect(bare.trimEnd().split("\r\n")).toHaveLength(1 + points);
  });
});

describe("through a share link", () => {
  test("exports are read, without names where they are hidden; nothing else is", async () => {
    const token = async (hideNames: boolean) => (await server.call("shares.create", { experimentId: id, hideNames })).token;
    const [open, blind] = [await token(false), await token(true)];
    const runId = study.runs[0].id;
    expect((await get(`experiments/${id}.json?share=${open}`)).status).toBe(200);
    const hidden = await (await get(`experiments/${id}.json?share=${blind}`)).text();
    const { runs } = experimentExport.parse(JSON.parse(hidden));
    const { workerName } = (await server.call("experiments.get", { id })).runs[0];
    expect(workerName).not.toBeNull();
    expect(hidden).not.toContain(workerName);
    expect(runs[0].attempts[0].worker).toBeNull();
    expect(runs[0].warnings).toEqual([]);
    for (const path of [
      `experiments/${id}.json?share=forged`,
      `runs/${runId}.json?share=`,
      `runs/${id}.json`,
      `experiments/${runId}.csv`,
    ])
      expect((await get(path)).status, path).toBe(404);
  });
});
