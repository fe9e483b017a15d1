import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { geometryAnswer } from "../../../contract/api/runAnswers.ts";
import type { ExternalExperimentDetail, ExternalRunDetail } from "../../../contract/wire/externalViews.ts";
import { numbered, openRun, report, sumsOf } from "../../support/builders/externalRuns.ts";
import { askApi } from "../../support/client/api.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

const y = [0, 1, 2];
/** A simplex of three classes about a point of the plane, turned by an angle. */
const simplex = (angle: number, size = 1) =>
  [0, 1, 2].map((k) => {
    const at = angle + (2 * Math.PI * k) / 3;
    return [4 + size * Math.cos(at), 4 + size * Math.sin(at)];
  });
/** The same in five dimensions. */
const wide = (angle: number, size = 1) => simplex(angle, size).map(([a, b]) => [7, a!, 0, b!, 3]);
const W = [
  [1, 0],
  [0, 2],
  [-3, 0],
];
const simplexGram = [1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1];

onBothDatabases("The geometry of runs that are trained elsewhere", (server) => {
  const geometryOf = (id: string) => server().call("runs.geometry", { id });

  test("is a picture of the class means at each step, turned to the one before, without samples", async () => {
    const { body: opened } = await openRun(server(), { study: "Pictured" });
    const events = [
      sumsOf(1, { H: simplex(0), y, W }),
      sumsOf(1, { H: simplex(1), y, W, split: "test" as "train" }),
      sumsOf(2, { H: simplex(2), y, W }),
      { kind: "scalars" as const, step: 3, values: { loss: 1 } },
      sumsOf(4, { H: simplex(-1, 2), y, W }),
    ];
    expect((await report(server(), opened.runId, numbered(events))).body).toEqual({ storedThrough: 5 });
    const snapshots = await geometryOf(opened.runId);
    expect(snapshots.map(({ step }) => step)).toEqual([1, 2, 4]);
    const [first, second, third] = snapshots;
    for (const one of snapshots) {
      expect(one).toMatchObject({ classes: 3, samples: [], labels: [], meansGram: simplexGram });
      expect(one.headGram).toEqual([1, 0, -1, 0, 1, 0, -1, 0, 1]);
      expect(one.explained).toBeCloseTo(1, 12);
      one.ideal.forEach((value, at) => {
        expect(value).toBeCloseTo(one.means[at]!, 3);
      });
    }
    // Whatever the first one's direction: the others lie upon it, however the features turned.
    first!.means.forEach((value, at) => {
      expect(second!.means[at]).toBeCloseTo(value, 3);
      expect(third!.means[at]).toBeCloseTo(2 * value, 3);
    });
    const lengths = [0, 1, 2].map((k) => Math.hypot(...first!.means.slice(3 * k, 3 * k + 3)));
    for (const length of lengths) expect(length).toBeCloseTo(1, 3);
    const answer = await askApi(server(), "GET", `/runs/${opened.runId}/geometry`);
    expect(geometryAnswer.parse(answer.body).snapshots).toEqual(snapshots);
  });

  test("goes on where another attempt resumes, and has no classifier where none was given", async () => {
    const runKey = randomUUID();
    const { body: opened } = await openRun(server(), { study: "Resumed picture", runKey });
    const one = (step: number, angle: number) => sumsOf(step, { H: wide(angle, 1e-7), y, W: null });
    await report(server(), opened.runId, numbered([one(10, 0), one(20, 1), one(30, 2)]));
    const { body: next } = await openRun(server(), { study: "Resumed picture", runKey, session: randomUUID() });
    expect(next.attempt).toBe(2);
    await report(server(), opened.runId, numbered([one(20, 3), one(25, -1)]), { attempt: 2 });
    const snapshots = await geometryOf(opened.runId);
    expect(snapshots.map(({ step }) => step)).toEqual([10, 20, 25]);
    for (const { means, headGram, meansGram } of snapshots) {
      expect([headGram, meansGram]).toEqual([[], simplexGram]);
      // Of tiny features as many digits are kept as of others.
      means.forEach((value, at) => {
        expect(1e7 * value).toBeCloseTo(1e7 * snapshots[0]!.means[at]!, 3);
      });
      expect(1e7 * Math.hypot(...means.slice(0, 3))).toBeCloseTo(1, 3);
    }
  });

  test("is of the last layer alone, and not of class means that show nothing", async () => {
    const { body: opened } = await openRun(server(), { study: "Unpictured", layers: ["first", "last"] });
    const events = [
      sumsOf(1, { H: simplex(0), y, W: null, name: "first" }),
      sumsOf(2, { H: [1, 1, 1].map(() => [2, 3]), y, W: null, name: "last" }),
    ];
    await report(server(), opened.runId, numbered(events));
    expect(await geometryOf(opened.runId)).toEqual([]);
    const { missing } = (await server().callAny("runs.get", { id: opened.runId })) as ExternalRunDetail;
    expect(missing.geometry).toMatch(/^class means coincide/);
  });

  test("of many classes is of 64 of them", async () => {
    const { body: opened } = await openRun(server(), { study: "Many" });
    const H = Array.from({ length: 130 }, (_, k) => Array.from({ length: 129 }, (_, j) => (j === k ? 1 : 0)));
    await report(server(), opened.runId, numbered([sumsOf(1, { H, y: H.map((_, k) => k), W: null })]));
    const [only] = await geometryOf(opened.runId);
    expect([only!.classes, only!.of, only!.shown!.length, only!.shown!.at(-1)]).toEqual([64, 130, 64, 127]);
    expect(only!.meansGram[1]).toBeCloseTo(-1 / 129, 1);
    expect(only!.ideal.length).toBe(3 * 64);
  });

  test("has room for no simplex in one dimension", async () => {
    const { body: opened } = await openRun(server(), { study: "Line" });
    await report(server(), opened.runId, numbered([sumsOf(1, { H: [[3], [1], [-1.5]], y, W: null })]));
    const [only] = await geometryOf(opened.runId);
    expect([only!.ideal, only!.explained, only!.meansGram]).toEqual([[], 1, [1, 1, -1, 1, 1, -1, -1, -1, 1]]);
    expect(only!.means.map(Math.abs)).toEqual([2.1667, 0, 0, 0.1667, 0, 0, 2.3333, 0, 0]);
  });

  test("is bounded: of more than 400 pictures 200 are kept, the first and the last among them", async () => {
    const { body: opened } = await openRun(server(), { study: "Long picture" });
    const { runId } = opened;
    const events = Array.from({ length: 401 }, (_, at) => sumsOf(at + 1, { H: simplex(at), y, W: null }));
    await report(server(), runId, numbered(events.slice(0, 400)));
    expect(await geometryOf(runId)).toHaveLength(400);
    await report(server(), runId, numbered(events.slice(400), 401));
    const steps = (await geometryOf(runId)).map(({ step }) => step);
    expect([steps.length, steps[0], steps.at(-1)]).toEqual([200, 1, 401]);
  });

  test("stays in an archive and in what is imported of it", async () => {
    const { body: opened } = await openRun(server(), { study: "Archived picture" });
    const one = (step: number) => sumsOf(step, { H: [...wide(step, 1)], y, W: null });
    await report(server(), opened.runId, numbered([one(0), one(7), { kind: "finished" }]));
    const response = await fetch(`${server().url}/api/v1/experiments/${opened.experimentId}/archive`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const imported = await askApi(server(), "POST", "/archives", { bytes, headers: { "content-type": "application/zip" } });
    expect(imported.status, imported.text).toBe(201);
    const [run] = ((await server().callAny("experiments.get", { id: imported.body.id })) as ExternalExperimentDetail).runs;
    const before = await geometryOf(opened.runId);
    expect(before.map(({ step }) => step)).toEqual([0, 7]);
    expect(await geometryOf(run!.id)).toEqual(before);
  });
});
