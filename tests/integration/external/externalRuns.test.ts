import { randomUUID } from "node:crypto";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import type { RunExport } from "../../../contract/wire/exportFormat.ts";
import type { ExternalExperimentDetail, ExternalRunDetail } from "../../../contract/wire/externalViews.ts";
import { measureHiddenLayer } from "../../../math/collapse/layerMetrics.ts";
import { numbered, openRun, packed, report, sumsOf } from "../../support/builders/externalRuns.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { TestServer } from "../../support/processes/server.ts";

const objective = { loss: "ce", features: "layernorm", weightDecay: 0.01, hiddenDecay: 0.01, bias: "none" } as const;
const runOf = async (server: TestServer, id: string) => (await server.callAny("runs.get", { id })) as ExternalRunDetail;
const studyOf = async (server: TestServer, id: string) =>
  (await server.callAny("experiments.get", { id })) as ExternalExperimentDetail;
const steps = async (server: TestServer, id: string, key: string) =>
  (await server.call("runs.series", { id, keys: [key], maxPoints: 500 })).flatMap((series) => series.steps);

onBothDatabases("Runs that are trained elsewhere", (server) => {
  test("have the measures of their features, to the last digits", async () => {
    const { status, body: opened } = await openRun(server(), { objective, layers: ["features"], totalSteps: 10 });
    expect([status, opened.attempt, opened.storedThrough]).toEqual([200, 1, 0]);
    const sums = sumsOf(5, { more: { squaredNorms: { hidden: 12.5 } } });
    const { body } = await report(
      server(),
      opened.runId,
      numbered([sums, { kind: "scalars", step: 5, values: { "lr now": 0.1 } }]),
    );
    expect(body).toEqual({ storedThrough: 2 });
    const { row, series } = await runOf(server(), opened.runId);
    // Worked out with numpy, from the features themselves: K = 3 classes of 3 samples in 4 dimensions.
    const expected = {
      "train/nc1.ratio@1": 0.04428044280442805,
      "train/nc1.pinv@1": 0.0154998639510782,
      "train/nc1.cdnv@1": 0.014816194295349904,
      "train/nc2.frame@1": 0.16827390411017062,
      "train/nc2.mframe@1": 0.14084797057243975,
      "train/nc2.norms@1": 0.05111776412457858,
      "train/nc2.angles@1": 0.06644540374534014,
      "train/nc2.etf@1": 0.16887701593708349,
      "train/nc3.cosine@1": 0.03676256888185614,
      "train/nc3.duality@1": 0.22007061424658722,
      "train/nc4.ncc@1": 0,
      "train/fit": 0.061311762784780344,
      "train/accuracy": 1,
      "train/ridge.head": 0.02,
      "train/ridge.hidden": 0.0625,
      "train/loss": 0.14381176278478036,
      "train/gap.head": 0.485837413497947,
      "train/gap.total": 1.6279211067198067,
      "log/lr now": 0.1,
    };
    for (const [key, value] of Object.entries(expected)) expect(row.last[key], key).toBeCloseTo(value, 11);
    // The minimum over simplices of every size, on a grid of a million steps.
    expect(row.optimum).toMatchObject({ method: "closed-form", geometry: "simplex" });
    expect(row.optimum!.loss).toBeCloseTo(0.0547245358382495, 11);
    expect(series.find(({ key }) => key === "train/nc1.ratio@1")).toEqual({ key: "train/nc1.ratio@1", points: 1 });
    expect(row).toMatchObject({ status: "running", step: 5, totalSteps: 10, trainSamples: 9, classes: 3, dataHash: null });
    expect(row.config).toEqual({ kind: "external", values: { depth: 18, seed: 0 }, layers: ["features"], objective });
    expect(row.external).toMatchObject({ source: "client", client: { name: "collapsar.py", version: "0.1.0" }, passes: 2 });
    expect(row.external.unknown).toEqual(["the data and their hash", "the network and the machine that trained it"]);
    const study = await studyOf(server(), opened.experimentId);
    expect([study.kind, study.name, study.runs.length]).toEqual(["external", "Elsewhere", 1]);
    expect(study.config).toEqual({ kind: "external", source: "client" });
  });

  test("have no optimum and no gap where no objective is stated, and NC2 of class means where no classifier is", async () => {
    const { body: opened } = await openRun(server());
    await report(server(), opened.runId, numbered([sumsOf(1, { W: null })]));
    const { row, missing } = await runOf(server(), opened.runId);
    expect(row.last["train/nc2.frame@1"]).toBeCloseTo(0.14084797057243975, 12);
    expect(row.last["train/nc2.mframe@1"]).toBe(row.last["train/nc2.frame@1"]);
    expect(Object.keys(row.last).filter((key) => /\/(gap|distance|loss|ridge)/.test(key))).toEqual([]);
    expect(row.optimum).toBeNull();
    expect(missing["train/nc3.cosine@1"]).toBe(
      "no classifier was given: NC2 here is of the class means, and NC4 is against the labels",
    );
    expect(row.config.layers).toEqual(["features"]);
    expect(row.external.unknown).toContain("its classifier");
    expect([row.totalSteps, row.external.isTotalKnown]).toEqual([1, false]);
  });

  test("have one number for each class, which every export carries", async () => {
    const { body: opened } = await openRun(server(), { layers: ["features"] });
    const test = sumsOf(5, { split: "test" as "train" });
    await report(server(), opened.runId, numbered([sumsOf(5), test, { kind: "finished" }]));
    // Worked out with numpy: M = means − means.mean(0); scatter/n over mean(‖M‖²); norms of the rows of M and of W.
    const expected = {
      "train/nc1.class@1:*": [0.03622945320362295, 0.048305937604830596, 0.048305937604830596],
      "train/norms.means.class@1:*": [1.9916879744714837, 2.249314024374301, 2.1851067154774597],
      "train/norms.weights.class@1:*": [1.14564392373896, 1.0606601717798212, 1.25],
      "test/nc1.class@1:*": [0.03622945320362295, 0.048305937604830596, 0.048305937604830596],
    };
    const keys = Object.keys(expected) as (keyof typeof expected)[];
    const { lists } = await server().call("runs.lists", { id: opened.runId, keys, step: 5 });
    for (const key of keys)
      for (const [k, value] of expected[key].entries()) expect(lists[key]?.[k], `${key} ${k}`).toBeCloseTo(value, 12);
    // Sums of classes do not say which samples were classified right.
    expect((await runOf(server(), opened.runId)).missing["train/accuracy.class:*"]).toMatch(/right answers/);
    const json = (await (await fetch(`${server().url}/export/runs/${opened.runId}.json`)).json()) as RunExport;
    const csv = await (await fetch(`${server().url}/export/runs/${opened.runId}.csv`)).text();
    const parquet = await fetch(`${server().url}/api/v1/runs/${opened.runId}/series?format=parquet`);
    const rows = (await parquetReadObjects({ file: await parquet.arrayBuffer() })) as { series: string; value: number }[];
    for (const key of keys)
      for (const [k, value] of lists[key]!.entries()) {
        const one = `${key.slice(0, -1)}${k}`;
        expect(json.run.series[one]).toEqual({ steps: [5], values: [value] });
        expect(csv.includes(`\r\n${one},5,${value}\r\n`), one).toBe(true);
        expect(rows.filter(({ series }) => series === one)).toMatchObject([{ value }]);
      }
    expect(json.definitions["nc1.class"]!.formula).toBe("tr Σ_k / tr Σ_B");
    expect(csv).toContain("metric nc1.class: NC1 of each class = tr Σ_k / tr Σ_B");
  });

  test("store each event once, however often and in whatever pieces it comes", async () => {
    const { body: opened } = await openRun(server());
    const events = numbered([1, 2, 3, 4].map((step) => ({ kind: "scalars", step, values: { loss: 1 / step } })));
    const send = (some: typeof events) => report(server(), opened.runId, some);
    expect((await send(events.slice(0, 2))).body).toEqual({ storedThrough: 2 });
    expect((await send(events.slice(0, 2))).body).toEqual({ storedThrough: 2 });
    const together = await Promise.all([send(events), send(events), send(events.slice(1))]);
    expect(together.map(({ body }) => body)).toEqual([{ storedThrough: 4 }, { storedThrough: 4 }, { storedThrough: 4 }]);
    expect(await steps(server(), opened.runId, "log/loss")).toEqual([1, 2, 3, 4]);
    const gap = await send(numbered([{ kind: "finished" }], 6));
    expect([gap.status, gap.body.error!.code]).toEqual([409, "SEQUENCE_GAP"]);
    expect(gap.body.error!.message).toContain("Event 5 is the next one of attempt 1, and 6 came");
    const holed = await send([...numbered([{ kind: "finished" }], 5), ...numbered([{ kind: "finished" }], 7)]);
    expect([holed.status, holed.body.error!.message]).toEqual([
      400,
      "Event 7 follows event 5: events are numbered without gaps.",
    ]);
    for (const end of [{ kind: "finished" }, { kind: "failed", message: "out of memory" }] as const) {
      const overrun = await send(
        numbered([end, { kind: "scalars", step: 5, values: { loss: 5 } }, { kind: "failed", message: "late" }], 5),
      );
      expect([overrun.status, overrun.body.error!.code, overrun.body.error!.message]).toEqual([
        ...[400, "INVALID"],
        "Event 6 follows event 5, which ends the attempt: it must be the last one.",
      ]);
    }
    expect(await steps(server(), opened.runId, "log/loss")).toEqual([1, 2, 3, 4]);
    expect((await send(numbered([{ kind: "finished", step: 4 }], 5))).body).toEqual({ storedThrough: 5 });
    const { row } = await runOf(server(), opened.runId);
    expect([row.status, row.step, row.totalSteps]).toEqual(["finished", 4, 4]);
    const after = await send(numbered([{ kind: "scalars", step: 9, values: { loss: 1 } }], 6));
    expect([after.status, after.body.error!.code]).toEqual([409, "CONFLICT"]);
  });

  test("resume by their session, and are a next attempt by another one, which voids what follows its first step", async () => {
    const [runKey, first, second] = [randomUUID(), randomUUID(), randomUUID()];
    const { body: opened } = await openRun(server(), { runKey, session: first });
    const at = (step: number) => ({ kind: "scalars" as const, step, values: { loss: step } });
    await report(server(), opened.runId, numbered([at(1), at(2), at(3), at(4)]));
    const again = await openRun(server(), { runKey, session: first, study: "another name", config: { depth: 99 } });
    expect(again.body).toMatchObject({ runId: opened.runId, experimentId: opened.experimentId, attempt: 1, storedThrough: 4 });
    const next = await openRun(server(), { runKey, session: second });
    expect(next.body).toMatchObject({ runId: opened.runId, attempt: 2, storedThrough: 0 });
    expect(await steps(server(), opened.runId, "log/loss")).toEqual([1, 2, 3, 4]);
    // What the first one had not delivered yet is still stored, and void where the second one measures anew.
    expect((await report(server(), opened.runId, numbered([at(5)], 5))).body).toEqual({ storedThrough: 5 });
    expect((await report(server(), opened.runId, numbered([at(3)]), { attempt: 2 })).body).toEqual({ storedThrough: 1 });
    expect(await steps(server(), opened.runId, "log/loss")).toEqual([1, 2, 3]);
    const { row, attempts } = await runOf(server(), opened.runId);
    expect([row.attempt, row.step, row.last["log/loss"], row.config.values]).toEqual([2, 3, 3, { depth: 18, seed: 0 }]);
    expect(attempts.map(({ outcome }) => outcome?.code ?? null)).toEqual(["LEASE_LOST", null]);
    await report(server(), opened.runId, numbered([{ kind: "failed", message: "CUDA out of memory" }], 2), { attempt: 2 });
    const failed = (await runOf(server(), opened.runId)).row;
    expect([failed.status, failed.failure]).toEqual(["failed", { code: "CRASHED", message: "CUDA out of memory" }]);
    const third = await openRun(server(), { runKey, session: randomUUID(), resumedFromStep: 2 });
    expect(third.body.attempt).toBe(3);
    const resumed = (await runOf(server(), opened.runId)).row;
    expect([resumed.status, resumed.failure, resumed.step, resumed.last["log/loss"]]).toEqual(["running", null, 2, 2]);
  });

  test("are warned of content that cannot be measured, and go on", async () => {
    const { body: opened } = await openRun(server());
    const good = sumsOf(2);
    const layer = good.layers[0]!;
    const { fit: _fit, accuracy: _accuracy, ...sums } = good;
    const bad = [
      { ...sums, step: 1, layers: [{ ...layer, means: packed(new Array(12).fill(Number.NaN)) }] },
      { ...sums, step: 1, layers: [{ ...layer, within: packed([1, 2]) }] },
      { ...sums, step: 1, layers: [{ ...layer, counts: packed([3, 2.5, 3]) }] },
      { ...sums, step: 1, layers: [{ ...layer, within: packed([1, -2, 1]) }] },
      { ...sums, step: 1, layers: [{ ...layer, counts: "###" }] },
      { ...sums, step: 1, layers: [{ ...layer, counts: packed([9]) }] },
    ];
    const { status, body } = await report(server(), opened.runId, numbered([...bad, good]));
    expect(status).toBe(200);
    expect(body.storedThrough).toBe(7);
    expect(body.warnings!.map((text) => text.replace('Layer "features" of the train set at step 1: ', ""))).toEqual([
      'number 0 of "means" is NaN: it is left out.',
      '"within" has 2 numbers, and 3 were expected: it is left out.',
      "the count of class 1 is 2.5: it must be a whole number of at least 0: it is left out.",
      '"within" of class 1 is -2: a sum of squares is at least 0: it is left out.',
      '"counts" is not base64 of whole float64 numbers: it is left out.',
      "it has 1 classes, and 2 to 1000 can be measured: it is left out.",
    ]);
    expect(await steps(server(), opened.runId, "train/nc1.ratio@1")).toEqual([2]);
    const lines = await server().call("runs.log", { id: opened.runId });
    expect(lines.map(({ level, seq }) => [level, seq])).toEqual([1, 2, 3, 4, 5, 6].map((seq) => ["warning", seq]));
  });

  test("are warned of numbers that no samples have", async () => {
    const { body: opened } = await openRun(server());
    const good = sumsOf(1);
    const layer = good.layers[0]!;
    const bad = [
      { ...good, layers: [{ ...layer, counts: packed([2 ** 53, 3, 3]) }] },
      { ...good, layers: [{ ...layer, labelMisses: 10 }] },
      { ...good, layers: [{ ...layer, predictionMisses: 0.5 }] },
      { ...good, layers: [{ ...layer, within: packed([1, 1, 1]) }, layer] },
      { ...good, layers: [{ ...layer, name: "a", counts: packed([3, 3, 2]) }, layer] },
    ].map((event, at) => ({ ...event, step: at + 1 }));
    const { body } = await report(server(), opened.runId, numbered(bad));
    expect(body.warnings!.map((text) => text.replace(/ of the train set at step \d/, ""))).toEqual([
      'Layer "features": its 9007199254741000 samples are more than can be counted exactly (2^53): it is left out.',
      'Layer "features": "labelMisses" is 10: it must be a whole number of at most 9, its samples: it is left out.',
      'Layer "features": "predictionMisses" is 0.5: it must be a whole number of at most 9, its samples: it is left out.',
      'Layer "features": a layer before it has the same name: it is left out.',
      'Layer "a": class 2 has 2 samples, and in the last layer, "features", it has 3: it is left out.',
    ]);
    expect(await steps(server(), opened.runId, "train/nc1.ratio@1")).toEqual([4, 5]);

    const { body: other } = await openRun(server());
    const cosines = [
      { sum: 18.1, zeroVectors: 0 },
      { sum: 0, zeroVectors: 10 },
    ].map((given, at) => ({ ...good, step: at + 1, cosines: given }));
    expect((await report(server(), other.runId, numbered(cosines))).body.warnings).toEqual([
      'nc3.cosine of the train set at step 1: the sum of "cosines" is 18.1: of 9 samples it is at most 18: it is left out.',
      'nc3.cosine of the train set at step 2: "zeroVectors" is 10: it must be a whole number of at most 9: it is left out.',
    ]);
    expect(await steps(server(), other.runId, "train/nc3.cosine@1")).toEqual([]);
    expect(await steps(server(), other.runId, "train/nc1.ratio@1")).toEqual([1, 2]);
  });

  test("whose last layer cannot be measured have no measures of a last layer, and no optimum", async () => {
    const { body: opened } = await openRun(server(), { objective });
    const [layer] = sumsOf(1).layers;
    const layers = [
      { ...layer!, name: "first" },
      { ...layer!, name: "last", means: packed(new Array(12).fill(Number.NaN)) },
    ];
    await report(server(), opened.runId, numbered([{ ...sumsOf(1), layers }]));
    const { row, missing } = await runOf(server(), opened.runId);
    expect(row.last["train/nc2.frame@1"]).toBeCloseTo(0.14084797057243975, 12);
    expect(Object.keys(row.last).filter((key) => /mframe|metf|nc3|gap|distance|loss/.test(key))).toEqual([]);
    expect([missing["train/gap.total"], row.optimum]).toEqual(["the last layer could not be measured", null]);
  });

  test("leave out what is too large for a number", async () => {
    const { body: opened } = await openRun(server(), { objective });
    const more = { head: { weights: packed(new Array(12).fill(1e200)) }, squaredNorms: { hidden: 1e308 } };
    await report(server(), opened.runId, numbered([sumsOf(1, { more })]));
    const { row, missing } = await runOf(server(), opened.runId);
    expect(Object.entries(row.last).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
    expect(missing["train/loss"]).toBe("came out as Infinity: what was sent is too large");
    expect(row.last["train/nc1.ratio@1"]).toBeCloseTo(0.04428044280442805, 12);
  });

  test("leave out steps that do not rise, and what is beyond the names a run may have", async () => {
    const { body: opened } = await openRun(server());
    const at = (step: number, values: Record<string, number>) => ({ kind: "scalars" as const, step, values });
    const { body } = await report(
      server(),
      opened.runId,
      numbered([at(5, { loss: 5 }), at(4, { loss: 4, other: 1 }), at(5, { loss: 6 })]),
    );
    expect(body.warnings).toEqual([
      "log/loss of step 4: a step up to it is stored already, and steps must rise.",
      "log/loss of step 5: a step up to it is stored already, and steps must rise.",
    ]);
    expect(await steps(server(), opened.runId, "log/other")).toEqual([4]);
    const many = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`name ${from + at}`, 1]));
    const more = numbered([at(6, many(0, 500)), at(6, many(500, 499)), at(7, { loss: 7 })], 4);
    expect((await report(server(), opened.runId, more)).body.warnings).toEqual([
      "log/name 998: a run has at most 1000 names of its own. Left out.",
    ]);
    expect(await steps(server(), opened.runId, "log/loss")).toEqual([5, 7]);
  });

  test("refuse a study's name that nobody sees", async () => {
    const { status, body } = await openRun(server(), { study: " \u202e\u200b " });
    expect([status, body.error?.message]).toEqual([400, "study: name the study: with visible letters, digits or symbols"]);
  });

  test("refuse configs that cannot be one, and name the key", async () => {
    const refusal = async (config: Record<string, unknown>) => {
      const { status, body } = await openRun(server(), { config });
      return [status, body.error?.message];
    };
    expect(await refusal({ a: { constructor: 1 } })).toEqual([
      400,
      'config has a key that cannot be one, "constructor": rename it; a key has visible letters or digits.',
    ]);
    expect(await refusal({ "\u200b": 1 })).toEqual([
      400,
      'config has a key that cannot be one, "\u200b": rename it; a key has visible letters or digits.',
    ]);
    expect(await refusal({ "a.b": 1, a: { b: 2 } })).toEqual([400, 'config has "a.b" twice, once nested: rename one of them.']);
    expect(await refusal(Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, at])))).toEqual([
      400,
      "config has more than 64 keys: send only those that are to be compared.",
    ]);
    const { body } = await openRun(server(), { config: { optimizer: { name: "sgd", lr: 0.1 }, tags: ["a", 1], none: null } });
    expect((await runOf(server(), body.runId)).row.config.values).toEqual({
      "optimizer.name": "sgd",
      "optimizer.lr": 0.1,
      tags: '["a",1]',
    });
  });

  test("are cancelled at once, and their program is told", async () => {
    const [runKey, session] = [randomUUID(), randomUUID()];
    const { body: opened } = await openRun(server(), { runKey, session });
    expect(await server().call("runs.cancel", { id: opened.runId })).toEqual({ status: "cancelled" });
    const { row, attempts } = await runOf(server(), opened.runId);
    expect([row.status, row.failure?.code, attempts[0]!.outcome?.code]).toEqual(["cancelled", "CANCELLED", "CANCELLED"]);
    const told = await report(server(), opened.runId, numbered([{ kind: "scalars", step: 1, values: { loss: 1 } }]));
    expect([told.status, told.body.error!.message.slice(0, 28)]).toEqual([409, "A person cancelled this run:"]);
    expect((await openRun(server(), { runKey, session })).status).toBe(409);
    expect((await openRun(server(), { runKey, session: randomUUID() })).body).toMatchObject({ attempt: 2 });
    for (const what of ["runs.pause", "runs.resume", "runs.again"] as const)
      await expect(server().call(what, { id: opened.runId }), what).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("of many classes have every measure", async () => {
    const K = 70;
    const H = Array.from({ length: 2 * K }, (_, i) =>
      Array.from({ length: 80 }, (_, j) => (j === i % K ? 3 : 0) + Math.sin(i * 7 + j)),
    );
    const { body: opened } = await openRun(server());
    await report(server(), opened.runId, numbered([sumsOf(1, { H, y: H.map((_, i) => i % K), W: null })]));
    const { row, missing } = await runOf(server(), opened.runId);
    expect(row.classes).toBe(70);
    const { values } = measureHiddenLayer(
      Float64Array.from(H.flat()),
      H.map((_, i) => i % K),
      K,
      80,
    );
    expect([row.last["train/nc1.pinv@1"], row.last["train/nc4.ncc@1"]]).toEqual([
      expect.closeTo(values["nc1.pinv"] as number, 10),
      values["nc4.ncc"],
    ]);
    // All that is absent takes a classifier, or right answers, which were not given.
    expect(Object.values(missing).filter((reason) => !/classifier|right answers/.test(reason))).toEqual([]);
    expect(missing).not.toHaveProperty("train/nc1.pinv@1");
  });
});
