import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { PackAdvice } from "../../../workers/run/messages.ts";
import { eventsAlone } from "../../support/builders/eventsAlone.ts";
import { curve, ofKind, RunProgram, runIdOf } from "../../support/processes/runProgram.ts";
import { until } from "../../support/until.ts";
import { smallRun } from "../../unit/workers/builders.ts";

const cpu = "onnxruntime cpu";
/** So many runs in one step, without timing. */
const packsOf = (runs: number): PackAdvice => ({ best: { runs, provider: cpu }, most: 64 });

let folder: string;
const programs: RunProgram[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pack-"));
});
afterEach(() => {
  for (const { child } of programs.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function start(environment: Record<string, string> = {}): Promise<RunProgram> {
  const program = await RunProgram.start(folder, environment);
  programs.push(program);
  return program;
}

type Curve = ReturnType<typeof curve>;

/** The same steps, and every number within 1e-5, relative to those above 1. */
function expectSame(found: Curve, expected: Curve): void {
  expect(found.map(({ step }) => step)).toEqual(expected.map(({ step }) => step));
  for (const [at, { step, values }] of expected.entries()) {
    expect(Object.keys(found[at].values).sort()).toEqual(Object.keys(values).sort());
    for (const [key, value] of Object.entries(values)) {
      const apart = Math.abs(found[at].values[key] - value) / Math.max(1, Math.abs(value));
      expect(apart, `${key} at step ${step}: ${found[at].values[key]}, alone ${value}`).toBeLessThan(1e-5);
    }
  }
}

const last = (events: RunEvent[]) => events[events.length - 1];
/** It does not amplify rounding as Adam does. */
const optimizer = { name: "sgd" };
const training = { steps: 60, learningRate: 0.01, optimizer };
const seeds = (count: number, overrides: Parameters<typeof smallRun>[0] = {}) =>
  Array.from({ length: count }, (_, seed) => smallRun({ training, seed, ...overrides }));
const measuredTo = (program: RunProgram, run: number, step: number, attempt = 1) =>
  until(`run ${run} is measured to step ${step}`, () =>
    ofKind(program.events(run, attempt), "measurement").some((event) => event.step >= step),
  );
/** Far from done when it is disturbed. */
const longTraining = { steps: 150, learningRate: 0.003, optimizer };
/** Measured at each step, which takes longer than the step. */
const long = (count: number) => seeds(count, { training: longTraining, measuring: { name: "every", steps: 1 } });

describe("a process of several runs", () => {
  test("trains them as one pack: each has its own events and the numbers that it has alone, also beside one that diverges", async () => {
    const diverging = { ...training, learningRate: 10, schedule: { name: "constant" } };
    const configs = [
      ...seeds(3, { loss: "mse" }),
      smallRun({ loss: "mse", training: diverging, seed: 3 }),
      smallRun({ loss: "mse", training, seed: 4, regularizer: { family: "weights", lambda: 0.1 } }),
    ];
    const program = await start();
    program.assign(configs, { pack: packsOf(8) });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    const ids = configs.map((_, at) => runIdOf(at + 1));
    for (const [place, config] of configs.entries()) {
      const events = program.events(place + 1);
      const pack = { runs: 5, place, with: ids.filter((_, at) => at !== place) };
      expect(events[0]).toMatchObject({ kind: "started", resumedFromStep: 0, totalSteps: 60, pack });
      if (place === 3) {
        expect(last(events)).toMatchObject({ kind: "ended", code: "DIVERGED", message: expect.stringMatching(/at step \d/) });
        continue;
      }
      expect(last(events)).toMatchObject({ kind: "finished", step: 60 });
      expectSame(curve(events), curve(await eventsAlone(config)));
      expect(existsSync(program.checkpoints(place + 1))).toBe(false);
    }
    expect(program.heard).toContainEqual({ type: "together", runIds: ids, runs: 5 });
  });

  test("more of them than are best in one step train as equal packs, one after the other", async () => {
    const program = await start();
    program.assign(seeds(5), { pack: packsOf(4) });
    await program.exited;
    const started = [1, 2, 3, 4, 5].map((run) => program.events(run)[0] as Extract<RunEvent, { kind: "started" }>);
    expect(started.map(({ pack }) => pack?.runs)).toEqual([3, 3, 3, 2, 2]);
    expect(started.map(({ pack }) => pack?.place)).toEqual([0, 1, 2, 0, 1]);
    for (const run of [1, 2, 3, 4, 5]) expect(last(program.events(run)).kind).toBe("finished");
  });

  test("without advice each trains alone, one after the other", async () => {
    const program = await start();
    program.assign(seeds(2));
    await program.exited;
    for (const run of [1, 2]) {
      expect(program.events(run)[0]).not.toHaveProperty("pack");
      expect(last(program.events(run)).kind).toBe("finished");
      expect(curve(program.events(run))).toEqual(curve(await eventsAlone(seeds(2)[run - 1])));
    }
  });

  test("of an unknown key times 1, 2, 4, … of them and says which is best", async () => {
    const program = await start();
    program.assign(seeds(4), { pack: { best: null, most: 8 } });
    await program.exited;
    const tried = program.heard.flatMap((message) =>
      message.type === "together" && message.runIds.length === 0 ? [message.runs] : [],
    );
    expect(tried).toEqual([1, 2, 4, 8].slice(0, tried.length));
    expect(tried.length).toBeGreaterThanOrEqual(3);
    const [timed] = program.heard.flatMap((message) => (message.type === "timed" ? [message.best] : []));
    expect(timed.provider).toBe(cpu);
    expect(tried).toContain(timed.runs);
    for (const [at, config] of seeds(4).entries()) expectSame(curve(program.events(at + 1)), curve(await eventsAlone(config)));
  });

  test("one is cancelled, one paused, one dropped: the others finish, and the paused one resumes alone", async () => {
    const configs = long(5);
    const program = await start();
    program.assign(configs, { pack: packsOf(8) });
    await measuredTo(program, 5, 10);
    program.send({ type: "cancel", runId: runIdOf(2) });
    program.send({ type: "suspend", runId: runIdOf(3) });
    program.send({ type: "drop", runId: runIdOf(4) });
    const left = (run: number) => program.heard.some((message) => message.type === "left" && message.runId === runIdOf(run));
    await until("the three have left", () => [2, 3, 4].every(left));
    const atLeave = program.events(4).length;
    expect(last(program.events(2))).toMatchObject({ kind: "ended", code: "CANCELLED" });
    expect(program.events(3).slice(-2)).toMatchObject([
      { kind: "checkpoint" },
      { kind: "ended", code: "WORKER_LOST", message: "worker stopped", excused: true },
    ]);
    expect((await program.exited).code).toBe(0);
    for (const run of [1, 5]) {
      expect(last(program.events(run))).toMatchObject({ kind: "finished", step: 150 });
      expectSame(curve(program.events(run)), curve(await eventsAlone(configs[run - 1])));
    }
    expect(program.events(4)).toHaveLength(atLeave);
    const { step } = ofKind(program.events(3), "checkpoint")[0];
    const again = await start();
    again.assign([configs[2]], { attempt: 2, runs: [3] });
    await again.exited;
    expect(again.events(3, 2)[0]).toMatchObject({ kind: "started", resumedFromStep: step });
    const joined = [...curve(again.events(3)).filter((point) => point.step <= step), ...curve(again.events(3, 2))];
    expectSame(joined, curve(await eventsAlone(configs[2])));
  });

  test.each([
    ["SGD", optimizer, 0.003],
    ["Muon, a share of the decay in each", { name: "muon", epsilon: 1e-3, adamRate: 0.001 }, 0.001],
  ])("killed, each is resumed from its own checkpoint, in another pack: %s", async (_, by, learningRate) => {
    const configs = [0, 1, 2].map((seed) => {
      const shared = by === optimizer ? by : { ...by, share: 0.2 + 0.3 * seed };
      const config = { training: { ...longTraining, learningRate, optimizer: shared } };
      return smallRun({ ...config, seed, measuring: { name: "every", steps: 1 } });
    });
    const first = await start({ COLLAPSAR_CHECKPOINT_MS: "100" });
    first.assign(configs.slice(0, 2), { pack: packsOf(8) });
    await until("both have checkpoints", () => [1, 2].every((run) => ofKind(first.events(run), "checkpoint").length > 1));
    first.child.kill("SIGKILL");
    await first.exited;
    const newest = (run: number) => Math.max(...readdirSync(first.checkpoints(run)).map((name) => Number.parseInt(name, 10)));
    const resumed = [newest(1), newest(2)];
    const second = await start();
    second.assign(configs, { attempt: 2, pack: packsOf(8) });
    await second.exited;
    for (const [at, config] of configs.entries()) {
      const from = resumed[at] ?? 0;
      expect(second.events(at + 1, 2)[0]).toMatchObject({ kind: "started", resumedFromStep: from, pack: { runs: 3, place: at } });
      const before = curve(first.events(at + 1)).filter(({ step }) => step <= from && from > 0);
      expectSame([...before, ...curve(second.events(at + 1, 2))], curve(await eventsAlone(config)));
    }
  });

  test("signalled, all make checkpoints and say so", async () => {
    const program = await start();
    program.assign(long(4), { pack: packsOf(8) });
    await measuredTo(program, 4, 10);
    program.child.kill("SIGTERM");
    expect((await program.exited).code).toBe(0);
    for (const run of [1, 2, 3, 4])
      expect(program.events(run).slice(-2)).toMatchObject([
        { kind: "checkpoint" },
        { kind: "ended", code: "WORKER_LOST", message: "worker stopped", stop: "asked", excused: true },
      ]);
  });

  test("a run that was trained on other data ends, and the others train", async () => {
    const program = await start();
    program.assign(seeds(3), { pack: packsOf(8), trainedOn: { 1: "0".repeat(64) } });
    expect((await program.exited).code).toBe(0);
    expect(last(program.events(1))).toMatchObject({ kind: "ended", code: "DATASET_CHANGED", step: null });
    for (const run of [2, 3]) {
      expect(program.events(run)[0]).toMatchObject({ pack: { runs: 2 } });
      expect(last(program.events(run)).kind).toBe("finished");
    }
  });
});
