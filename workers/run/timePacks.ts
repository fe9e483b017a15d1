import type { RunConfig } from "../../contract/config/runConfig.ts";
import { initializeParameters } from "../models/parameterLayout.ts";
import { openGroup } from "./groupTrainer.ts";
import { findPackSize } from "./packSize.ts";
import type { PreparedRun } from "./preparedRun.ts";

/** Steps of each size that are timed, after one that is not; the fastest counts. */
const timedSteps = 5;
/** All of it may take so much of the training that is to come, within these bounds, ms. */
const share = 0.05;
const bounds = { least: 1_000, most: 20_000 };

interface TimingHost {
  /** Told of each size before it is tried: a machine that has no room for it may end the process. */
  trying(runs: number): void;
  /** Whether there is nothing to find it out for any more. */
  isOver(): boolean;
}

/**
 * Finds the best number of runs in one step by timing copies of the runs that are to train, none of which changes by it.
 * @param configs theirs, of one key; `prepared` is that of the first
 * @returns null where not even one run alone can be timed
 */
export async function timePacks(
  configs: RunConfig[],
  prepared: PreparedRun,
  most: number,
  { trying, isOver }: TimingHost,
): Promise<number | null> {
  const startedAt = performance.now();
  const { steps } = configs[0].training;
  const timeStep = async (runs: number) => {
    trying(runs);
    return stepTime(copiesOf(configs, prepared, runs), prepared, isOver).catch(() => null);
  };
  const hasTime = (runs: number, stepMs: number) => {
    const expectedMs = (steps * configs.length * stepMs) / runs;
    const mayTakeMs = Math.min(bounds.most, Math.max(bounds.least, share * expectedMs));
    return !isOver() && performance.now() - startedAt < mayTakeMs;
  };
  return findPackSize(most, timeStep, hasTime);
}

/** At a rate of 0 they stay where they begin, whatever their rates are. */
function copiesOf(configs: RunConfig[], prepared: PreparedRun, runs: number) {
  return Array.from({ length: runs }, (_, at) => {
    const config = configs[at % configs.length];
    const training = { ...config.training, learningRate: 0, steps: timedSteps + 1 };
    const parameters = initializeParameters(prepared.network.parameters, config.seed);
    return { ...prepared, config: { ...config, training }, state: { parameters }, step: 0 };
  });
}

/** This process' own time: what else a busy machine does would count towards some sizes and not towards others. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function stepTime(copies: ReturnType<typeof copiesOf>, { engine }: PreparedRun, isOver: () => boolean): Promise<number> {
  const trainer = await openGroup(engine, copies);
  try {
    const spentMs = engine.choice.device === "cpu" ? processorMs : () => performance.now();
    const times: number[] = [];
    while (times.length <= timedSteps && !isOver()) {
      const before = spentMs();
      await trainer.advance(1);
      times.push(spentMs() - before);
    }
    return Math.min(...times.slice(1));
  } finally {
    await trainer.dispose().catch(() => {});
  }
}
