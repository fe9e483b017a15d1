import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { countGrid, experimentConfig } from "../../../contract/config/experimentConfig.ts";
import { listKey } from "../../../contract/metrics/seriesKey.ts";
import { presets } from "../../../contract/presets/presets.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import { openDatabase } from "../../../db/openDatabase.ts";
import { listGeometry } from "../../../db/queries/attempts.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { listRuns } from "../../../db/queries/runs.ts";
import { readLists, readSeries } from "../../../db/queries/series.ts";
import { importRecording } from "../../../server/recordings/importRecordings.ts";
import { readRecording } from "../../../server/recordings/recordingFile.ts";
import { nameOf, noteOf } from "../../bench/presetNote.ts";
import { evaluation, finished, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";

const folders: string[] = [];
const folder = () => folders[folders.push(mkdtempSync(join(tmpdir(), "collapsar-test-"))) - 1];
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** A measurement with a number for each of three classes, of which one has none, and a spectrum. */
const withLists = (step: number, layer: number, values: Record<string, number>): RunEvent => ({
  ...(measured(step, values) as Extract<RunEvent, { kind: "measurement" }>),
  lists: {
    [listKey("train", "nc1.class", layer)]: [1 / (step + 1), null, step],
    [listKey("train", "spectrum", layer)]: [0.123456, step],
  },
});

test("records a finished study and brings it back with the same curves", async () => {
  const [source, target] = [folder(), folder()];
  const server = await TestServer.start({ dataDir: source });
  const worker = await RawWorker.connect(server);
  const { id, runs } = await launch(server, grid({ depths: [2, 3] }), { name: "Recorded" });
  // Its folder, as that of the linear probes, is nobody else's business.
  const { dataset } = evaluation.transfer!;
  const parameters = { rank: 1, alpha: 0, temperature: 1, covarianceRank: null };
  const outOfDistribution = { dataset, samples: 1, parameters, scores: [], missing: {} };
  const secondSet: RunEvent = { kind: "evaluation", evaluation: { ...evaluation, outOfDistribution } };
  for (const { config } of runs) {
    const lease = await worker.nextAssignment();
    const events = Array.from({ length: 60 }, (_, step) => [
      withLists(step, config.depth, {
        "train/loss": Math.exp(-step / 7) / 3,
        [`train/nc1.ratio@${config.depth}`]: 1 / (step + 3),
      }),
      snapshot(step),
    ]);
    await worker.events(lease, numbered([started(), ...events.flat(), secondSet, finished()]));
  }
  const before = await server.call("experiments.series", { id, keys: ["train/loss"] });
  worker.close();
  await server.stop();

  const file = join(source, "sample.json.gz");
  const record = ["server/recordings/recordExperiment.ts", "--experiment", id, "--out", file, "--data", source];
  expect(execFileSync(process.execPath, record, { cwd: projectRoot, encoding: "utf8" })).toMatch(/2 runs, 0\.\d+ MB/);
  const database = await openDatabase({ dataDir: target, url: null }, (error) => {
    throw error;
  });
  try {
    const sample = readRecording(file);
    expect(JSON.stringify(sample)).not.toMatch(/raw worker|sets\/mnist/);
    const copy = await database.transaction((tx) => importRecording(tx, sample));
    expect(await getExperimentRow(database.orm, copy)).toMatchObject({
      ...{ name: "Recorded", sample: true, status: "finished", progress: 1 },
      nc1Last: 1 / 62,
    });
    const rows = await listRuns(database.orm, copy);
    const after = await readSeries(
      database.orm,
      rows.map((row) => row.id),
      ["train/loss"],
    );
    expect(rows.map((row) => row.config)).toEqual(runs.map((run) => run.config));
    for (const row of rows)
      expect(row.evaluation).toMatchObject({
        ...{ robustness: evaluation.robustness, missing: evaluation.missing },
        outOfDistribution: { ...outOfDistribution, dataset: { ...dataset, source: "recorded" } },
      });
    expect(after).toHaveLength(2);
    for (const { steps, values } of after) {
      expect(steps).toEqual(before[0].steps);
      expect(values).toEqual(Array.from({ length: 60 }, (_, step) => Math.exp(-step / 7) / 3));
    }
    expect(await listGeometry(database.orm, rows[0].id)).toHaveLength(16);
    for (const [at, { id: runId }] of rows.entries()) {
      const { depth } = runs[at].config;
      const [ofClasses, spectrum] = [listKey("train", "nc1.class", depth), listKey("train", "spectrum", depth)];
      const [kept, last] = await readLists(database.orm, [runId], [ofClasses, spectrum]);
      // At as many steps as there are pictures, the last among them; to four digits, and of a class without a number none.
      expect([kept.key, kept.steps.length, kept.steps.at(-1)]).toEqual([ofClasses, 16, 59]);
      expect(kept.lists.at(-1)).toEqual([0.01667, Number.NaN, 59]);
      expect([last.key, last.steps, last.lists]).toEqual([spectrum, [59], [[0.1235, 59]]]);
    }
  } finally {
    await database.close();
  }
});

const recordings = join(projectRoot, "server/recordings/kept");

test("has a file for every preset that is called recorded, and none but of presets", () => {
  const fileOf = ({ id }: { id: string }) => `${id}.json.gz`;
  const files = readdirSync(recordings);
  expect(files).toEqual(expect.arrayContaining(presets.filter((preset) => preset.recorded).map(fileOf)));
  expect(presets.map(fileOf)).toEqual(expect.arrayContaining(files));
});

const recordedPresets = presets.filter((preset) => preset.recorded).map((preset) => [preset.id, preset] as const);

test.each(recordedPresets)("the recording of %s has the preset's own grid, every run to its end", (id, preset) => {
  const { config, runs } = readRecording(join(recordings, `${id}.json.gz`));
  const wanted = experimentConfig.parse(preset.config);
  // Where the published archive was out of reach, another cut of the same pictures was recorded; the note says so.
  const datasets = preset.config.datasets.some((set) => set.id === "cifar10") ? config.datasets : wanted.datasets;
  expect(experimentConfig.parse(config)).toEqual({ ...wanted, datasets });
  expect(runs).toHaveLength(countGrid(wanted));
  for (const run of runs) expect(run.steps.some((steps) => steps.at(-1) === run.config.training.steps)).toBe(true);
});

test.each(recordedPresets)(
  "the note of the recording of %s is what its preset says, and on which pictures it was made",
  (id, preset) => {
    const { name, note, config } = readRecording(join(recordings, `${id}.json.gz`));
    const remark = note.split("\n\n").find((paragraph) => paragraph.startsWith("Recorded on ")) ?? "";
    expect(name).toBe(nameOf(preset));
    expect(note).toBe(noteOf(preset, remark));
    const pictures = config.datasets.find((set) => set.id === "cifar10-lossless-5k");
    expect(remark !== "").toBe(pictures !== undefined);
    if (pictures && "trainPerClass" in pictures)
      expect(remark).toContain(`the first ${pictures.trainPerClass} training and ${pictures.testPerClass} test pictures`);
  },
);

test("opens a preset's recording once, finished, with the preset's own grid", async () => {
  const server = await TestServer.start();
  try {
    const preset = presets.find((one) => one.recorded)!;
    const { id } = await server.call("experiments.openRecording", { preset: preset.id });
    const opened = await server.call("experiments.get", { id });
    expect(opened).toMatchObject({ sample: true, status: "finished", progress: 1 });
    expect(opened.runs).toHaveLength(countGrid(preset.config));
    expect(opened.config).toEqual({ ...preset.config, datasets: opened.config.datasets });
    expect(await server.call("experiments.openRecording", { preset: preset.id })).toEqual({ id });
    for (const other of ["first-steps", "../first-light"])
      await expect(server.call("experiments.openRecording", { preset: other })).rejects.toMatchObject({ code: "NOT_FOUND" });
  } finally {
    await server.stop();
  }
});
