import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { ToRun } from "../../../workers/run/messages.ts";
import { curve, ofKind, RunProgram } from "../../support/processes/runProgram.ts";
import { slowness } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";
import { smallRun } from "../../unit/workers/builders.ts";

let folder: string;
const programs: RunProgram[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-"));
});
afterEach(() => {
  for (const { child } of programs.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A process as the agent starts it, of one run, and what it has said. */
async function start() {
  const program = await RunProgram.start(folder);
  programs.push(program);
  const { child, heard, exited } = program;
  return {
    child,
    heard,
    exited,
    assign: (config: RunConfig, attempt = 1) => program.assign([config], { attempt }),
    events: (attempt = 1) => program.events(1, attempt),
  };
}

const kinds = (events: RunEvent[]) => events.map(({ kind }) => kind);

const checkpoints = () => join(folder, "checkpoints", "1");
const long = smallRun({ training: { steps: 200_000, learningRate: 0.01 }, measuring: { name: "log", perDecade: 5 } });

describe("a run's process", () => {
  test("spools started, measurements of all layers, pictures and the end, and exits with 0", async () => {
    const run = await start();
    run.assign(smallRun());
    expect(await run.exited).toEqual({ code: 0, signal: null });
    const events = run.events();
    expect(events[0]).toMatchObject({
      kind: "started",
      totalSteps: 20,
      resumedFromStep: 0,
      versions: { measuring: "class sums in float64 on the host" },
    });
    expect(events[events.length - 1]).toMatchObject({ kind: "finished", step: 20 });
    expect(ofKind(events, "measurement").map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20]);
    expect(ofKind(events, "geometry")).toHaveLength(12);
    const { values } = ofKind(events, "measurement")[11];
    for (const key of [
      "train/nc1.ratio@1",
      "train/nc3.cosine@3",
      "test/accuracy",
      "train/gap.total",
      "train/learningRate",
      "train/stepMs",
    ])
      expect(values[key], key).toBeTypeOf("number");
    const spooled = run.heard.filter(({ type }) => type === "spooled");
    expect(spooled.length).toBeGreaterThan(0);
    expect(existsSync(checkpoints())).toBe(false);
  });

  test.each([{ name: "adam" }, { name: "muon", share: 0.5 }])(
    "killed and resumed from its checkpoint: the joined curve is the uninterrupted one, without gap or double: $name",
    async (optimizer) => {
      const training = { steps: 3000, learningRate: 0.01, optimizer };
      const config = smallRun({ training, measuring: { name: "every", steps: 100 } });
      const whole = await start();
      whole.assign(config);
      await whole.exited;
      const uninterrupted = curve(whole.events());
      rmSync(join(folder, "spool"), { recursive: true });

      const first = await start();
      first.assign({ ...config, training: { ...config.training } });
      await until("it has measured", () => ofKind(first.events(), "measurement").length > 3);
      first.child.send({ type: "suspend" } satisfies ToRun); // a checkpoint at some step, whatever it is
      await first.exited;
      const { step: resumedAt } = ofKind(first.events(), "checkpoint")[0];
      expect(first.events()[first.events().length - 1]).toMatchObject({
        kind: "ended",
        code: "WORKER_LOST",
        message: "worker stopped",
        excused: true,
        step: resumedAt,
      });

      const second = await start();
      second.assign(config, 2);
      await until("it has measured", () => ofKind(second.events(2), "measurement").length > 3);
      second.child.kill("SIGKILL");
      expect((await second.exited).signal).toBe("SIGKILL");
      expect(second.events(2)[0]).toMatchObject({ kind: "started", resumedFromStep: resumedAt });

      const third = await start();
      third.assign(config, 3);
      await third.exited;
      expect(third.events(3)[0]).toMatchObject({ kind: "started", resumedFromStep: resumedAt });
      // Points of an attempt are void after the step that the next one resumed from.
      const joined = [...curve(first.events()).filter(({ step }) => step <= resumedAt), ...curve(third.events(3))];
      expect(joined).toEqual(uninterrupted);
    },
  );

  test("cancelled, it stops within a step", async () => {
    const run = await start();
    run.assign(long);
    await until("it has measured", () => ofKind(run.events(), "measurement").length > 5);
    const before = Date.now();
    run.child.send({ type: "cancel" } satisfies ToRun);
    expect((await run.exited).code).toBe(0);
    expect(Date.now() - before).toBeLessThan(1_500 * slowness());
    const events = run.events();
    expect(events[events.length - 1]).toMatchObject({ kind: "ended", code: "CANCELLED" });
    expect(existsSync(checkpoints()) && readdirSync(checkpoints()).length > 0).toBe(false);
    expect(run.heard.filter(({ type }) => type === "progress").length).toBeLessThan(40);
  });

  test("cancelled while L* of 100 unequal classes is searched for, it stops within 2 s", async () => {
    const run = await start();
    run.assign(
      smallRun({
        dataset: { id: "gaussian-clusters", classes: 100, dimension: 8, trainPerClass: 100, testPerClass: 2, imbalance: 0.02 },
        // The slowest search of all: more than ten seconds on one core.
        loss: "mse",
        regularizer: { family: "slack", lambda: 0.005, rho: 0.1, frame: "simplex" },
        width: 128,
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // the data take milliseconds
    const before = Date.now();
    run.child.send({ type: "cancel" } satisfies ToRun);
    expect((await run.exited).code).toBe(0);
    expect(Date.now() - before).toBeLessThan(2_000 * slowness());
    expect(run.events()).toMatchObject([{ kind: "ended", code: "CANCELLED", step: null }]);
  });

  test("without its agent it makes a checkpoint and goes", async () => {
    const run = await start();
    run.assign(long);
    await until("it has measured", () => ofKind(run.events(), "measurement").length > 5);
    run.child.disconnect();
    expect((await run.exited).code).toBe(0);
    expect(kinds(run.events()).slice(-2)).toEqual(["checkpoint", "ended"]);
  });

  test("a corrupt checkpoint is reported after `started`, and the one before it is used", async () => {
    const run = await start();
    run.assign(long);
    await until("it has measured", () => ofKind(run.events(), "measurement").length > 5);
    run.child.disconnect();
    await run.exited;
    const [name] = readdirSync(checkpoints());
    const newer = `${Number.parseInt(name, 10) + 1}.ckpt`;
    writeFileSync(join(checkpoints(), newer), readFileSync(join(checkpoints(), name)).subarray(0, 100));
    const again = await start();
    again.assign(long, 2);
    await until("it has logged", () => ofKind(again.events(2), "log").length > 1);
    const [started, ...rest] = again.events(2);
    expect(started).toMatchObject({ kind: "started", resumedFromStep: Number.parseInt(name, 10) });
    expect(ofKind(rest, "log")[0].text).toContain(`checkpoint of step ${Number.parseInt(newer, 10)} is not used`);
    again.child.send({ type: "cancel" } satisfies ToRun);
    await again.exited;
  });

  test("a diverging run ends DIVERGED with its step, a missing data set DATASET_UNAVAILABLE, a batch too large INVALID", async () => {
    const diverging = smallRun({
      loss: "mse",
      training: { steps: 500, learningRate: 10, optimizer: { name: "sgd" }, schedule: { name: "constant" } },
    });
    const missing = smallRun({ dataset: { id: "cifar10-lossless-5k" } });
    const batch = smallRun({ training: { batch: 1000 } });
    for (const [config, code, message] of [
      [diverging, "DIVERGED", /step \d+/],
      [missing, "DATASET_UNAVAILABLE", /cifar10-lossless-5k/],
      [batch, "INVALID", /1000/],
    ] as const) {
      rmSync(join(folder, "spool"), { recursive: true, force: true });
      const run = await start();
      run.assign(config);
      expect((await run.exited).code).toBe(0);
      const last = run.events()[run.events().length - 1];
      expect(last).toMatchObject({ kind: "ended", code, message: expect.stringMatching(message) });
    }
  });
});
