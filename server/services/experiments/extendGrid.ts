import { type ExperimentConfig, experimentConfig, requireGridWithinLimit } from "../../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { requireTrained } from "../../../contract/external/externalConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import {
  lockExperiment,
  type StoredExperiment,
  type TrainedExperiment,
  updateExperimentRow,
} from "../../../db/queries/experiments.ts";
import { insertRuns, listCells } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { changeRuns } from "../runs/changeRuns.ts";
import { linkParents } from "../runs/linkParents.ts";
import { learnedTimes } from "../times/learnedTimes.ts";
import { makeRuns } from "./makeRuns.ts";
import { requireLaunchable } from "./requireLaunchable.ts";

/**
 * Adds values to an experiment's depths or seeds, and the runs that they make.
 * @throws Failure GRID_TOO_LARGE, or INVALID for what would end the new runs, before anything is stored
 */
export async function extendGrid(
  context: ServiceContext,
  id: string,
  more: { depths?: number[]; seeds?: number[] },
): Promise<{ added: number }> {
  await context.database.requireRoom();
  const added = await changeRuns(context, id, async (tx) => {
    const experiment = requireOwnExperiment(requireFound(await lockExperiment(tx, id), "experiment"), "adding depths or seeds");
    const before = experiment.config;
    const config: ExperimentConfig = experimentConfig.parse({
      ...before,
      depths: union(before.depths, more.depths),
      seeds: union(before.seeds, more.seeds),
    });
    requireGridWithinLimit(config);
    const added = { ...config, depths: more.depths ?? config.depths, seeds: more.seeds ?? config.seeds };
    await requireLaunchable(context, added, tx);
    const learned = await learnedTimes(context, tx);
    const isNew = (cell: RunConfig) => !before.depths.includes(cell.depth) || !before.seeds.includes(cell.seed);
    const runs = await insertRuns(
      tx,
      makeRuns(id, config, await listCells(tx, id), isNew, (run) => learned(run).times),
    );
    if (runs.length > 0) await updateExperimentRow(tx, id, { config });
    const linked = await linkParents(tx, id, runs);
    await context.dispatch.enqueue(tx, linked);
    return linked;
  });
  context.dispatch.wake();
  return { added: added.length };
}

/** @throws Failure CONFLICT for a recording, and for what was trained elsewhere: `what` is what was asked for */
export function requireOwnExperiment(experiment: StoredExperiment, what: string): TrainedExperiment {
  if (experiment.sample)
    throw new Failure("CONFLICT", "This study is a recording: it takes no more runs. Start a new experiment from its settings.");
  return requireTrained(experiment, what);
}

const union = (before: number[], more: number[] = []) => [...new Set([...before, ...more])].sort((a, b) => a - b);
