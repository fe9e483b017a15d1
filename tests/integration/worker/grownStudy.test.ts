import { describe, expect, test } from "vitest";
import { expandGrid } from "../../../contract/config/experimentConfig.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { knowPacks } from "../../support/builders/knownPacks.ts";
import { every, processOf, RealStudy } from "../../support/builders/realStudy.ts";
import { smallStudy } from "../../support/builders/study.ts";
import { makeFolder } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const study = RealStudy.forTests();

const measuring = { name: "every" as const, steps: every };
const grown = (
  depths: number[],
  { seeds = [0], steps = 400, ...more }: { seeds?: number[]; steps?: number; learningRate?: number } = {},
) => smallStudy({ depths, seeds, measuring, training: trainingConfig.parse({ steps, grown: {}, ...more }) });
/** Some seconds, so that something can happen to it. */
const slow = 6_000;

const row = async (run: RunRow) => (await study.detail(run)).row as RunRow;
const startOf = async (run: RunRow) =>
  (await study.detail(run)).attempts.find(({ started }) => started?.grownFrom)?.started?.grownFrom;
const lossesOf = async (run: RunRow) => (await study.api.runs.series.query({ id: run.id, keys: ["train/loss"] }))[0];
const runsOf = async (experimentId: string) => {
  const { runs } = (await study.api.experiments.get.query({ id: experimentId })) as { runs: RunRow[] };
  return runs.toSorted((a, b) => a.config.depth - b.config.depth);
};
const finish = async (runs: RunRow[]) => {
  for (const run of runs) await study.reaches(run, "finished");
};

describe("a study of grown networks", () => {
  test("each run waits for the next shallower one, begins at its J, and ends no higher", async () => {
    await study.startWorker(2);
    const runs = await study.launch(grown([2, 3, 5]));
    const [first, second, third] = runs;
    expect(second.waitsFor).toBe("It waits for the run of depth 2, seed 0: it grows from what that ends with.");
    expect(third.waitsFor).toBe("It waits for the run of depth 3, seed 0: it grows from what that ends with.");
    expect(first.waitsFor).toBeNull();
    await finish(runs);
    for (const run of runs) await study.expectExact(run);
    expect(await startOf(first)).toBeUndefined();
    expect(await startOf(second)).toEqual({ runId: first.id, depth: 2, step: 400, blocks: [1] });
    expect(await startOf(third)).toEqual({ runId: second.id, depth: 3, step: 400, blocks: [1, 3] });
    const [a, b, c] = await Promise.all(runs.map(lossesOf));
    for (const [parent, child] of [
      [a, b],
      [b, c],
    ] as const) {
      const end = parent.values.at(-1)!;
      expect(Math.abs(child.values[0] / end - 1)).toBeLessThan(1e-6);
      expect(child.values.at(-1)!).toBeLessThanOrEqual(child.values[0]);
    }
    const ended = await row(second);
    expect((await row(third)).startedAt! >= ended.endedAt!).toBe(true);
  });

  test("where training leads uphill, the end is the best state that was measured", async () => {
    await study.startWorker(1);
    const runs = await study.launch(grown([2, 3], { learningRate: 0.5, steps: 300 }));
    await finish(runs);
    const { values } = (await lossesOf(runs[1]))!;
    expect(values.at(-1)!).toBe(Math.min(...values));
    expect(values.at(-1)!).toBeLessThanOrEqual((await lossesOf(runs[0]))!.values.at(-1)! * (1 + 1e-6));
  });

  test("the worker that trained the parent has gone: another one fetches the checkpoint from the server", async () => {
    const { worker } = await study.startWorker(1);
    const runs = await study.launch(grown([2, 3], { steps: slow }));
    await study.reaches(runs[0], "running");
    await until("the parent has finished", async () => (await row(runs[0])).status === "finished", 120_000);
    await until("its checkpoint is stored", async () => (await row(runs[1])).waitsFor === null, 60_000);
    await worker.stop();
    await study.startWorker(1);
    await finish(runs);
    const log = await study.api.runs.log.query({ id: runs[1].id });
    expect(JSON.stringify(log)).toContain("The last checkpoint of the run that it grows from");
    await study.expectExact(runs[1]);
  });

  test("a run whose process is killed resumes from its own checkpoint, with the numbers of an undisturbed one", async () => {
    const { folder } = await study.startWorker(1, makeFolder(), { env: { COLLAPSAR_CHECKPOINT_MS: "200" } });
    const runs = await study.launch(grown([2, 3], { steps: slow }));
    await study.measuredTo(runs[1], slow / 4);
    process.kill(processOf(folder, runs[1]), "SIGKILL");
    await finish(runs);
    const undisturbed = await study.launch(grown([2, 3], { steps: slow }));
    await finish(undisturbed);
    expect(await study.curve(runs[1])).toEqual(await study.curve(undisturbed[1]));
  });

  test("seeds of one depth train as a pack once all of their parents are done", async () => {
    const config = grown([2, 3], { seeds: [0, 1, 2] });
    const folder = makeFolder();
    knowPacks(folder, [{ config: expandGrid(config)[1], runs: 3 }]);
    await study.startWorker(1, folder, { pack: 8 });
    const runs = await study.launch(config);
    await finish(runs);
    for (const run of runs.filter(({ config: { depth } }) => depth === 3)) {
      const parent = runs.find((other) => other.config.depth === 2 && other.config.seed === run.config.seed)!;
      expect((await startOf(run))?.runId).toBe(parent.id);
      const [before, after] = [(await lossesOf(parent))!.values.at(-1)!, (await lossesOf(run))!.values];
      expect(Math.abs(after[0] / before - 1)).toBeLessThan(1e-6);
      expect(after.at(-1)!).toBeLessThanOrEqual(after[0]);
    }
  });
});

describe("what happens to a parent", () => {
  test("it is cancelled: those that wait for it are cancelled too; the deepest run again brings all of them back", async () => {
    await study.startWorker(1);
    const runs = await study.launch(grown([2, 3, 5], { steps: slow }));
    await study.reaches(runs[0], "running");
    await study.api.runs.cancel.mutate({ id: runs[0].id });
    await study.reaches(runs[2], "cancelled");
    expect((await row(runs[1])).failure?.message).toBe(
      'It was to grow from the run of depth 2, seed 0, which was cancelled. "Run again" runs both.',
    );
    expect((await row(runs[2])).failure?.message).toContain("the run of depth 3, seed 0, which was cancelled");
    await study.api.runs.again.mutate({ id: runs[2].id });
    expect((await row(runs[1])).status).toBe("queued");
    await finish(runs);
    expect((await startOf(runs[2]))?.runId).toBe(runs[1].id);
  });

  test("it is cancelled while it waits itself, and missing cells are run", async () => {
    const runs = await study.launch(grown([2, 3, 5]));
    await study.api.runs.cancel.mutate({ id: runs[0].id });
    expect((await row(runs[2])).status).toBe("cancelled");
    await study.api.experiments.runMissing.mutate({ id: runs[0].experimentId });
    expect((await row(runs[2])).waitsFor).toContain("depth 3, seed 0");
    await study.startWorker(2);
    await finish(runs);
  });

  test("it is paused: what waits says so, and goes on when it is resumed", async () => {
    const runs = await study.launch(grown([2, 3]));
    await study.api.runs.pause.mutate({ id: runs[0].id });
    await until("what waits says so", async () => (await row(runs[1])).waitsFor?.includes("which is paused") === true);
    await study.api.experiments.pause.mutate({ id: runs[0].experimentId });
    expect((await row(runs[1])).status).toBe("paused");
    await study.startWorker(1);
    await study.api.experiments.resume.mutate({ id: runs[0].experimentId });
    await finish(runs);
  });

  test("it is deleted: refused while a run that grows from it has not finished", async () => {
    const runs = await study.launch(grown([2, 3]));
    await study.api.runs.cancel.mutate({ id: runs[0].id });
    await expect(study.api.runs.remove.mutate({ id: runs[0].id })).rejects.toThrow(
      "The run of depth 3, seed 0 grows from this one, and is cancelled: wait until it has finished, or cancel and delete it first.",
    );
    await study.api.runs.remove.mutate({ id: runs[1].id });
    await study.api.runs.remove.mutate({ id: runs[0].id });
    await study.startWorker(1);
    await study.api.experiments.runMissing.mutate({ id: runs[0].experimentId });
    await finish(await runsOf(runs[0].experimentId));
  });

  test("it diverges: those that wait are cancelled, and say why", async () => {
    await study.startWorker(1);
    const config = grown([2, 3], { learningRate: 10 });
    const training = trainingConfig.parse({
      ...config.training,
      optimizer: { name: "sgd", momentum: 0.9 },
      schedule: { name: "constant" },
    });
    const runs = await study.launch({ ...config, losses: ["mse"], regularizers: [{ family: "none" }], training });
    await study.reaches(runs[0], "diverged");
    await study.reaches(runs[1], "cancelled");
    expect((await row(runs[1])).failure?.message).toContain("which diverged");
  });
});

test("a depth added in between: what has begun keeps its parent, and what has not takes the new one", async () => {
  const { worker } = await study.startWorker(1);
  const runs = await study.launch(grown([2, 5, 8], { steps: slow }));
  await study.reaches(runs[1], "running");
  await worker.stop();
  await study.api.experiments.addDepths.mutate({ id: runs[0].experimentId, depths: [3, 6] });
  await study.startWorker(2);
  const all = await runsOf(runs[0].experimentId);
  await finish(all);
  const parents = await Promise.all(all.map(startOf));
  expect(parents.map((from) => from?.depth)).toEqual([undefined, 2, 2, 5, 6]);
}, 240_000);

test("networks without an identity block, and ridge on features, are refused with the way out", async () => {
  const config = grown([2, 3]);
  const refusal = (changes: object) => study.launch({ ...config, ...changes });
  await expect(refusal({ architectures: [{ name: "ufm", normalization: "post-ln" }] })).rejects.toThrow(
    "free features (UFM) have no depth to grow by",
  );
  await expect(refusal({ regularizers: [{ family: "features", lambdaW: 0.01, lambdaH: 0.01, lambdaB: 0 }] })).rejects.toThrow(
    "ridge on features turns the last LayerNorm off",
  );
});
