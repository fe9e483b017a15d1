import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import type { MeasuredFeatures } from "../../../contract/external/featuresRequest.ts";
import type { ExternalExperimentDetail, ExternalRunDetail } from "../../../contract/wire/externalViews.ts";
import { float32, float64, int64, npy, safetensors, zip } from "../../support/builders/arrayFiles.ts";
import { features, labels, numbered, openRun, report, sumsOf, weights } from "../../support/builders/externalRuns.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";
import { carryOut, planOf, refusalOf, send } from "./sendImport.ts";

const drop = mkdtempSync(join(tmpdir(), "collapsar-drop-"));
const dataDir = mkdtempSync(join(tmpdir(), "collapsar-test-"));
let server: TestServer;
const start = () => TestServer.start({ dataDir, env: { COLLAPSAR_WATCH_DIR: drop, COLLAPSAR_WATCH_MS: "100" } });
beforeAll(async () => {
  server = await start();
});
afterAll(async () => {
  await server?.stop();
  for (const folder of [drop, dataDir]) rmSync(folder, { recursive: true, force: true });
});

const bytes = (content: Uint8Array) => Uint8Array.from(content);
const H = (scale = 1) => npy("<f8", [9, 4], float64(...features.flat().map((value) => scale * value)));
const y = npy("<i8", [9], int64(...labels));
const W = npy("<f8", [3, 4], float64(...weights.flat()));
const file = async (name: string, arrays: Record<string, Uint8Array>) => ({ name, content: bytes(await zip(arrays)) });
const runOf = async (id: string) => (await server.callAny("runs.get", { id })) as ExternalRunDetail;
const studyOf = async (id: string) => (await server.callAny("experiments.get", { id })) as ExternalExperimentDetail;

/** Worked out with numpy from the same features. */
const expected = {
  "train/nc1.ratio@1": 0.04428044280442805,
  "train/nc1.pinv@1": 0.0154998639510782,
  "train/nc1.cdnv@1": 0.014816194295349904,
  "train/nc2.frame@1": 0.16827390411017062,
  "train/nc2.mframe@1": 0.14084797057243975,
  "train/nc2.norms@1": 0.05111776412457858,
  "train/nc2.angles@1": 0.06644540374534014,
  "train/nc3.cosine@1": 0.03676256888185614,
  "train/nc3.duality@1": 0.22007061424658722,
  "train/nc4.ncc@1": 0,
  "train/accuracy": 1,
};
const expectMeasures = (last: Record<string, number>) => {
  for (const [key, value] of Object.entries(expected)) expect(last[key], key).toBeCloseTo(value, 11);
};

describe("files of features that are imported", () => {
  test("are shown, then measured to the last digits; the same files again are the same runs", async () => {
    const files = [
      await file("toys/seed_0/epoch_1.npz", { "features.npy": H(2), "labels.npy": y, "W.npy": W }),
      await file("toys/seed_0/epoch_5.npz", { "features.npy": H(), "labels.npy": y, "W.npy": W }),
      await file("toys/seed_1/epoch_5.npz", {
        "features.npy": H(),
        "labels.npy": y,
        "W.npy": W,
        "H_test.npy": H(),
        "y_test.npy": y,
      }),
    ];
    const sent = await send(server, files);
    expect(sent.plan).toMatchObject({
      ...{ kind: "features", study: { name: "toys" }, counts: { runs: 2, points: 4 }, problems: [] },
      axes: [{ key: "seed", different: 2, examples: [0, 1] }],
      runs: [
        { name: "seed 0", values: { seed: 0 }, firstStep: 1, lastStep: 5 },
        { name: "seed 1", values: { seed: 1 }, firstStep: 5, lastStep: 5 },
      ],
      features: {
        layers: [
          { layer: "features", split: "train", runs: 2, measurements: 3, samples: [9], dims: [4], classes: [3], classifiers: 3 },
          { layer: "features", split: "test", runs: 1, measurements: 1, samples: [9], dims: [4], classes: [3], classifiers: 1 },
        ],
      },
    });
    expect(sent.plan.features!.arrays[0]).toEqual({
      array: "seed_0/epoch_1.npz:features",
      form: "[9, 4] float64",
      role: "features",
    });
    const { status, body } = await carryOut(server, sent.id);
    expect([status, body.name, body.made, body.present]).toEqual([201, "toys", 2, 0]);
    const study = await studyOf(body.experimentId);
    expect([study.kind, study.status, study.config]).toEqual(["external", "finished", { kind: "external", source: "features" }]);
    const { row } = await runOf(study.runs[0]!.id);
    expectMeasures(row.last);
    expect(row.config).toEqual({ kind: "external", values: { seed: 0 }, layers: ["features"] });
    expect(row).toMatchObject({ status: "finished", step: 5, classes: 3, trainSamples: 9, external: { source: "features" } });
    const [series] = await server.call("runs.series", { id: row.id, keys: ["train/nc1.ratio@1"], maxPoints: 500 });
    // NC1 does not depend on the scale.
    expect(series!.steps).toEqual([1, 5]);
    expect(series!.values[0]).toBeCloseTo(0.04428044280442805, 12);
    const other = await runOf(study.runs[1]!.id);
    expect(other.row.last["test/nc1.ratio@1"]).toBeCloseTo(0.04428044280442805, 12);
    expect(other.row.last["test/nc4.ncc@1"]).toBe(0);

    const again = await send(server, files);
    const { body: same } = await carryOut(server, again.id);
    expect([same.experimentId, same.made, same.present]).toEqual([body.experimentId, 0, 2]);
    expect((await studyOf(body.experimentId)).runs).toHaveLength(2);
  });

  test("ask back what an array is, and take a person's word for it", async () => {
    const sent = await send(server, [await file("ep3.npz", { "H.npy": H(), "y.npy": y, "targets.npy": y })]);
    expect(sent.plan.counts.runs).toBe(0);
    expect(sent.plan.problems).toEqual([
      {
        level: "error",
        message:
          "Several arrays could be the labels at step 3 (train). There is: ep3.npz:y [9] int64, ep3.npz:targets [9] int64. Say which one is (role labels), and ignore the others.",
      },
    ]);
    const refused = await carryOut(server, sent.id);
    expect([refused.status, refused.body.error.code]).toEqual([400, "INVALID"]);
    const choices = { study: "Chosen", arrays: [{ array: "ep3.npz:targets", role: "ignored" as const }] };
    const { body: plan } = await planOf(server, sent.id, choices);
    expect(plan).toMatchObject({ study: { name: "Chosen" }, counts: { runs: 1 } });
    expect(plan.problems.map(({ message }) => message)).toEqual([
      "There is no classifier W: nc3, nc2 of the classifier and nc4 against predictions are not measured.",
      "Left out by name: ep3.npz:targets.",
    ]);
    const { body } = await carryOut(server, sent.id, choices);
    const study = await studyOf(body.experimentId);
    const { row } = await runOf(study.runs[0]!.id);
    expect(row.last["train/nc1.ratio@1"]).toBeCloseTo(0.04428044280442805, 12);
  });

  test("make nothing where one of them cannot be measured", async () => {
    const odd = features.flat();
    odd[7] = Number.NaN;
    const nan = npy("<f8", [9, 4], float64(...odd));
    const sent = await send(server, [
      await file("half/ep1.npz", { "H.npy": H(), "y.npy": y }),
      await file("half/ep2.npz", { "H.npy": nan, "y.npy": y }),
    ]);
    const { status, body } = await carryOut(server, sent.id, { study: "Half" });
    expect([status, body.error.message]).toEqual([400, "ep2.npz:H: sample 1 has NaN as its number 3: features must be finite."]);
    expect((await server.call("experiments.list", { search: "Half" })).rows).toEqual([]);
  });

  test("features as CSV, with texts as labels", async () => {
    const names = ["ant", "bee", "cat"];
    const text = `h0,h1,h2,h3,label\n${features.map((row, i) => [...row, names[labels[i]!]].join(",")).join("\n")}\n`;
    const sent = await send(server, [{ name: "epoch_2.csv", content: text }]);
    expect(sent.plan).toMatchObject({ kind: "features", counts: { runs: 1, points: 1 } });
    const { body } = await carryOut(server, sent.id, { study: "Table" });
    const { row } = await runOf((await studyOf(body.experimentId)).runs[0]!.id);
    expect(row.last["train/nc1.ratio@1"]).toBeCloseTo(0.04428044280442805, 12);
    expect(row.external.classNames).toEqual(names);
  });

  test("what is damaged is refused by its name", async () => {
    const [whole] = [await file("x.npz", { "H.npy": H(), "y.npy": y })];
    const cut = { name: "x.npz", content: whole.content.slice(0, 200) };
    const { plan } = await send(server, [cut]);
    expect(plan.problems[0]!.message).toMatch(/^x\.npz cannot be read as a zip file: /);
    expect(await refusalOf(server, [{ name: "x.bin", content: "1" }])).toMatch(
      /^x\.bin cannot be imported\. These can: .*features with labels \(\.npy, /,
    );
  });
});

describe("a file of features for a run", () => {
  const post = (id: string, query: Record<string, string>, content: Uint8Array, token?: string) =>
    askApi<MeasuredFeatures & ApiError>(server, "POST", `/external/runs/${id}/features?${new URLSearchParams(query)}`, {
      ...(token && { token }),
      headers: { "content-type": "application/octet-stream" },
      bytes: bytes(content),
    });

  test("is measured as a client's sums are, one event each, beside events of its own", async () => {
    const { body: opened } = await openRun(server, { study: "By file" });
    await report(server, opened.runId, numbered([sumsOf(1)]));
    const arrays = { "features.npy": H(), "labels.npy": y, "W.npy": W };
    const { status, body } = await post(opened.runId, { name: "epoch_5.npz" }, await zip(arrays, true));
    expect([status, body]).toEqual([
      201,
      {
        storedThrough: 1,
        measured: [
          {
            ...{ step: 5, split: "train", samples: 9, layers: [{ name: "features", dim: 4 }] },
            ...{ labels: "epoch_5.npz:labels", classifier: "epoch_5.npz:W" },
          },
        ],
        warnings: [],
      },
    ]);
    const { row } = await runOf(opened.runId);
    expectMeasures(row.last);
    expect(row.step).toBe(5);
    const named = safetensors(
      {
        A: { dtype: "F64", shape: [9, 4], data_offsets: [0, 288] },
        c: { dtype: "I64", shape: [9], data_offsets: [288, 360] },
        d: { dtype: "I64", shape: [9], data_offsets: [360, 432] },
      },
      Buffer.concat([float64(...features.flat()), int64(...labels), int64(...labels)]),
    );
    const query = { name: "last.safetensors", step: "7", split: "train", features: "A", labels: "d" };
    const other = await post(opened.runId, query, named);
    expect(other.body.measured).toMatchObject([{ step: 7, split: "train", labels: "last.safetensors:d", classifier: null }]);
    expect(other.body.warnings).toEqual([
      "Left out, since neither name nor shape says what they are: last.safetensors:c [9] int64.",
    ]);
    const late = await post(opened.runId, { name: "epoch_2.npz" }, await zip(arrays));
    expect(late.body.warnings.join(" ")).toContain("step 2");
  });

  test("takes no number from the program, which goes on to report, and to end", async () => {
    const { body: opened } = await openRun(server, { study: "Beside" });
    const scalars = (step: number) => ({ kind: "scalars" as const, step, values: { loss: 1 / step } });
    const through = async (...events: Parameters<typeof report>[2]) => (await report(server, opened.runId, events)).body;
    const content = await zip({ "features.npy": H(), "labels.npy": y, "W.npy": W });
    const sent = async (name: string) => (await post(opened.runId, { name }, content)).body;
    expect(await through(...numbered([scalars(1), scalars(2)]))).toEqual({ storedThrough: 2 });
    expect(await sent("epoch_3.npz")).toMatchObject({ storedThrough: 2, warnings: [] });
    expect(await through(...numbered([scalars(4)], 3))).toEqual({ storedThrough: 3 });
    // The answer was lost: it is sent again, and the program sends its last event again with the next one.
    const again = await sent("epoch_3.npz");
    expect(again.storedThrough).toBe(3);
    expect(again.warnings.join(" ")).toContain("of step 3: a step up to it is stored already, and steps must rise.");
    expect(await through(...numbered([scalars(4), scalars(5)], 3))).toEqual({ storedThrough: 4 });
    const both = await Promise.all([sent("epoch_6.npz"), through(...numbered([scalars(6), scalars(7)], 5))]);
    expect(both).toMatchObject([{ warnings: [] }, { storedThrough: 6 }]);
    // Numbered with its events.
    expect((await post(opened.runId, { name: "epoch_7.npz", seq: "7" }, content)).body.storedThrough).toBe(7);
    expect(await through(...numbered([scalars(8), { kind: "finished" }], 8))).toEqual({ storedThrough: 9 });
    // Measured once it has ended.
    expect(await sent("epoch_8.npz")).toMatchObject({ storedThrough: 9, warnings: [] });
    const keys = ["log/loss", "train/nc1.ratio@1"];
    const [logged, measured] = await server.call("runs.series", { id: opened.runId, keys, maxPoints: 500 });
    expect(measured!.steps).toEqual([3, 6, 7, 8]);
    for (const value of measured!.values) expect(value).toBeCloseTo(0.04428044280442805, 12);
    expect(logged!.steps).toEqual([1, 2, 4, 5, 6, 7, 8]);
    expect(logged!.values).toEqual([1, 0.5, 0.25, 0.2, 1 / 6, 1 / 7, 0.125]);
    expect((await runOf(opened.runId)).row).toMatchObject({ status: "finished", step: 8 });
  });

  test("has its step's training set in front of its test set, in one file or two", async () => {
    const { body: opened } = await openRun(server, { study: "Two sets" });
    const both = { "H_train.npy": H(), "y_train.npy": y, "H_test.npy": H(), "y_test.npy": y };
    const { body } = await post(opened.runId, { name: "ep1.npz" }, await zip(both));
    expect(body.measured.map(({ step, split }) => `${split}@${step}`)).toEqual(["train@1", "test@1"]);
    const { row } = await runOf(opened.runId);
    expect(row.last["test/nc1.ratio@1"]).toBeCloseTo(0.04428044280442805, 12);
  });

  test("executes nothing, and is refused with file, place and what was expected", async () => {
    const { body: opened } = await openRun(server, { study: "Hostile" });
    const refusal = async (name: string, content: Uint8Array, query = {}) => {
      const { status, body } = await post(opened.runId, { name, ...query }, content);
      expect([status, body.error.code]).toEqual([400, "INVALID"]);
      return body.error.message;
    };
    const evil = Buffer.from("gAJ9cQBYCAAAAGZlYXR1cmVzcQFjcG9zaXgKc3lzdGVtCnECWAsAAAB0b3VjaCBQV05FRHEDhXEEUnEFcy4=", "base64");
    expect(await refusal("evil.pt", await zip({ "a/data.pkl": evil }))).toBe(
      'evil.pt, "a/data.pkl", byte 20: not a pickle that is read: it names "posix.system", which is neither called nor read. Save tensors alone: torch.save({"features": H, "labels": y}, path).',
    );
    expect(await refusal("H.npy", H())).toMatch(
      /^No labels were found at step 0 \(train\)\. There is: H\.npy \[9, 4\] float64\. Name them features/,
    );
    expect(await refusal("x.npz", await zip({ "H.npy": npy("<f4", [9, 4], float32(1)), "y.npy": y }))).toBe(
      'x.npz, "H.npy" needs 144 bytes from byte 128 on for the shape [9, 4]; there are 4.',
    );
    expect(await refusal("x.exe", H())).toBe('x.exe has the ending ".exe"; .npy, .npz, .safetensors, .pt, .pth, .csv are read.');
    expect(await refusal("../../etc/passwd.npz", Buffer.from("x"))).toMatch(
      /^\.\.\/\.\.\/etc\/passwd\.npz cannot be read as a zip file/,
    );
    expect(await refusal("a.npz", H(), { step: "-1" })).toContain("step");
    expect((await runOf(opened.runId)).row.last).toEqual({});
  });

  test("needs the right to log, and a run of one's own that is not trained here", async () => {
    const [reader, logger] = [await makeApiToken(server, "read"), await makeApiToken(server, "log")];
    const { body: opened } = await openRun(server, { study: "Rights" });
    const content = await zip({ "H.npy": H(), "y.npy": y });
    expect((await post(opened.runId, { name: "ep1.npz" }, content, reader.token)).status).toBe(403);
    expect((await post(opened.runId, { name: "ep1.npz" }, content, logger.token)).status).toBe(201);
    expect((await post("6f1c1b3e-4d5a-4c55-9d3c-0f6f0a0b0c0d", { name: "ep1.npz" }, content)).status).toBe(404);
    const [sample] = (await server.call("experiments.list", {})).rows.filter((row) => row.sample);
    const trained = await server.call("experiments.get", { id: sample!.id });
    const { status, body } = await post(trained.runs[0]!.id, { name: "ep1.npz" }, content);
    expect([status, body.error.message]).toEqual([409, "This run is trained here: its worker measures it."]);
  });
});

describe("a watched folder", () => {
  const put = async (name: string, arrays: Record<string, Uint8Array>) => {
    mkdirSync(join(drop, name, ".."), { recursive: true });
    writeFileSync(join(drop, name), await zip(arrays));
  };
  const found = async () => (await server.call("experiments.list", { search: "Dropped" })).rows[0];

  test("has its files imported once each, also by a server that was restarted", async () => {
    await put("Dropped/seed_0/epoch_1.npz", { "H.npy": H(), "y.npy": y, "W.npy": W });
    await put("Dropped/seed_1/epoch_1.npz", { "H.npy": H(), "y.npy": y });
    await until("two runs", async () => (await found())?.counts.running === 2);
    const { id } = (await found())!;
    await put("Dropped/seed_0/epoch_5.npz", { "H.npy": H(), "y.npy": y, "W.npy": W });
    const stepOf = async () => (await studyOf(id)).runs.find(({ config }) => config.values.seed === 0)!.step;
    await until("step 5", async () => (await stepOf()) === 5);
    await server.stop();
    server = await start();
    await put("Dropped/seed_0/epoch_6.npz", { "H.npy": H(), "y.npy": y, "W.npy": W });
    await until("step 6", async () => (await stepOf()) === 6);
    const study = await studyOf(id);
    expect(study.config).toEqual({ kind: "external", source: "features" });
    const seed0 = study.runs.find(({ config }) => config.values.seed === 0)!;
    expectMeasures((await runOf(seed0.id)).row.last);
    const [series] = await server.call("runs.series", { id: seed0.id, keys: ["train/nc1.ratio@1"], maxPoints: 500 });
    expect(series!.steps).toEqual([1, 5, 6]);
  });

  test("is shown with what was imported last and which files failed", async () => {
    await put("Seen/seed_4/epoch_3.npz", { "H.npy": H(), "y.npy": y });
    writeFileSync(join(drop, "Seen/seed_4/epoch_2.npz"), "cut off");
    const shown = () => server.call("about.watchedFolder");
    const said = async () => [(await shown())?.latest?.study, (await shown())?.problemCount].join() === "Seen,1";
    await until("step 3, and what failed", said);
    const before = (await shown())!;
    expect(before).toMatchObject({
      ...{ folder: drop, looksHere: true, problemCount: 1 },
      latest: { study: "Seen", run: "seed 4", step: 3, split: "train" },
    });
    expect(before.problems[0]).toMatch(/^Seen: seed_4\/epoch_2\.npz cannot be read as a zip file: /);
    expect(Math.abs(Date.parse(before.latest!.at) - Date.now())).toBeLessThan(60_000);
    await server.stop();
    server = await start();
    await until("the same after a restart", said);
    expect(await shown()).toEqual(before);
  });
});
