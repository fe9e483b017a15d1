import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import type { Engine, StepDefinition } from "../../../workers/engine/engine.ts";
import { excuseOf } from "../../../workers/run/excuse.ts";
import { prepareRun } from "../../../workers/run/prepareRun.ts";
import type { RunContext } from "../../../workers/run/runContext.ts";
import { RunLife } from "../../../workers/run/runLife.ts";
import { SharedParts } from "../../../workers/run/sharedParts.ts";
import { type Trainee, trainTogether } from "../../../workers/run/trainTogether.ts";
import { curve, ofKind } from "../../support/processes/runProgram.ts";
import { smallRun } from "../../unit/workers/builders.ts";

interface Run extends Trainee {
  events: RunEvent[];
  /** null: it has finished. */
  ended: unknown;
  isOver: boolean;
}

/** Runs that have begun and wait for their training. @param progress told of each step of the first */
async function begin(
  configs: RunConfig[],
  progress: (step: number) => void = () => {},
): Promise<{ engine: Engine; runs: Run[] }> {
  const shared = new SharedParts();
  const runs: Run[] = [];
  let engine: Engine | null = null;
  for (const [place, config] of configs.entries()) {
    const events: RunEvent[] = [];
    const context: RunContext = {
      config,
      places: { folder: null, cache: "" },
      device: "cpu",
      threads: 1,
      emit: (event) => events.push(event),
      progress: (step) => place === 0 && progress(step),
      resumeFrom: null,
      saveCheckpoint: () => {},
      interruption: () => null,
    };
    const prepared = await prepareRun(context, shared);
    engine = prepared.engine;
    const life = await RunLife.begin(context, prepared, () => shared.observer(config, prepared));
    const run: Run = {
      ...{ life, events, ended: undefined, isOver: false, isTraining: false },
      async settle(error) {
        Object.assign(run, { isOver: true, ended: error });
      },
    };
    runs.push(run);
  }
  return { engine: engine!, runs };
}

/** Trains them, and tells how many there were in each step, and what was too many. */
async function train(engine: Engine, runs: Run[]) {
  const heard: string[] = [];
  await trainTogether(engine, runs, {
    together: (trainees) => heard.push(`${trainees.length} together`),
    tooMany: (count) => heard.push(`${count} too many`),
  });
  return heard;
}

/** The engine of a device that is lost after so many calls of a step. */
function failing(engine: Engine, after: number): Engine {
  let calls = 0;
  return {
    ...engine,
    async compileStep(definition: StepDefinition, pack) {
      const step = await engine.compileStep(definition, pack);
      const { run, runMany } = step;
      const call = <Given, Found>(work: (given: Given) => Promise<Found>) => {
        return (given: Given) => {
          if (++calls > after) throw new Error("CUDA failure 700: an illegal memory access was encountered");
          return work(given);
        };
      };
      return Object.assign(step, { run: call(run), runMany: call(runMany) });
    },
  } as Engine;
}

const seeds = (steps: number) =>
  [0, 1, 2, 3].map((seed) => smallRun({ seed, training: { steps, learningRate: 0.01, optimizer: { name: "sgd" } } }));
const kinds = (run: Run) => run.events[run.events.length - 1].kind;

describe("a device", () => {
  test("that has no room for so many runs: half as many are tried, and all of them finish with their numbers", async () => {
    const { engine, runs } = await begin(seeds(30));
    const narrow: Engine = {
      ...engine,
      compileStep: (definition: StepDefinition, pack) => {
        if ((pack?.runs ?? 1) > 2) throw new Error("CUDA failure 2: out of memory");
        return engine.compileStep(definition, pack);
      },
    };
    expect(await train(narrow, runs)).toEqual(["4 together", "4 too many", "2 together", "2 together"]);
    for (const run of runs) {
      expect([run.ended, kinds(run)]).toEqual([null, "finished"]);
      expect(ofKind(run.events, "log").map(({ text }) => text)).toContain(
        "4 runs cannot train in one step here: CUDA failure 2: out of memory. They train in smaller packs, one after the other.",
      );
    }
    const [whole] = (await begin(seeds(30))).runs;
    await train(engine, [whole]);
    expect(curve(runs[0].events).map(({ step }) => step)).toEqual(curve(whole.events).map(({ step }) => step));
  });

  test("that has room for none: each is tried alone before it ends with the reason", async () => {
    const { engine, runs } = await begin(seeds(30));
    const full: Engine = {
      ...engine,
      compileStep: () => {
        throw new Error("CUDA failure 2: out of memory");
      },
    };
    const heard = await train(full, runs.slice(0, 2));
    expect(heard).toEqual(["2 together", "2 too many", "1 together", "1 together"]);
    for (const { ended } of runs.slice(0, 2)) expect(ended).toEqual(new Error("CUDA failure 2: out of memory"));
  });

  test("that is lost on the way: each ends as one to resume, and none is blamed", async () => {
    const { engine, runs } = await begin(seeds(30));
    const frail = failing(engine, 10);
    expect(await train(frail, runs)).toEqual(["4 together", "4 too many"]);
    for (const { ended, life } of runs) {
      expect(ended).toBeInstanceOf(Failure);
      expect(ended).toMatchObject({ code: "CRASHED", message: expect.stringMatching(/step of 4 runs .*The GPU was lost/) });
      expect(excuseOf(ended as Failure)).toEqual({ excused: true });
      expect(life.step).toBeGreaterThan(5);
    }
  });
});

test("a device that fails while they are measured ends each as one to resume, and blames none", async () => {
  // Measured so often that the device does it.
  const { engine, runs } = await begin(seeds(30).map((config) => ({ ...config, measuring: { name: "every", steps: 1 } })));
  const blind: Engine = {
    ...engine,
    compileFunction: () => {
      throw new Error("[Device] is lost");
    },
  };
  const heard = await train(blind, runs);
  expect(heard.slice(0, 2)).toEqual(["4 together", "4 too many"]);
  for (const { ended } of runs) {
    expect(ended).toMatchObject({ code: "CRASHED", message: expect.stringMatching(/step of 4 runs .*The GPU was lost/) });
    expect(excuseOf(ended as Failure)).toEqual({ excused: true });
  }
});

test("a disk that refuses the events of one run ends that one alone", async () => {
  const { engine, runs } = await begin(seeds(30));
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  runs[1].life.run.emit = () => {
    throw full;
  };
  expect(await train(engine, runs)).toEqual(["4 together"]);
  expect(runs.map(({ ended }) => ended)).toEqual([null, full, null, null]);
});

test("where half of the places are free, the step is compiled for those that are left, and they go on with their numbers", async () => {
  const { engine, runs } = await begin(seeds(4_000), (step) => {
    if (step === 20) for (const run of [runs[1], runs[2]]) run.isOver = true;
  });
  expect(await train(engine, runs)).toEqual(["4 together", "2 together"]);
  expect(runs.map(({ ended }) => ended)).toEqual([null, undefined, undefined, null]);
  const early = (run: Run) => curve(run.events).filter(({ step }) => step <= 200);
  const { runs: alone } = await begin(seeds(4_000).slice(3));
  await train(engine, alone);
  expect(early(runs[3]).map(({ step }) => step)).toEqual(early(alone[0]).map(({ step }) => step));
  for (const [at, { step, values }] of early(alone[0]).entries())
    for (const [key, value] of Object.entries(values)) {
      const apart = Math.abs(early(runs[3])[at].values[key] - value) / Math.max(1, Math.abs(value));
      expect(apart, `${key} at step ${step}`).toBeLessThan(1e-5);
    }
});
