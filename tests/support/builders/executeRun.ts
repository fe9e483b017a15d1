import type { RunTimes } from "../../../contract/wire/runEvents.ts";
import { prepareRun } from "../../../workers/run/prepareRun.ts";
import type { RunContext } from "../../../workers/run/runContext.ts";
import { RunLife } from "../../../workers/run/runLife.ts";
import { SharedParts } from "../../../workers/run/sharedParts.ts";
import { type Trainee, trainTogether } from "../../../workers/run/trainTogether.ts";

/**
 * The life of a run alone: data, network, first measurement, training with measurements and checkpoints, last measurement, and what is
 * asked for after training.
 * @throws Failure with the way it ended otherwise
 */
export async function executeRun(run: RunContext): Promise<RunTimes> {
  const shared = new SharedParts();
  const prepared = await prepareRun(run, shared);
  const life = await RunLife.begin(run, prepared, () => shared.observer(run.config, prepared));
  let thrown: { error: unknown } | null = null;
  const trainee: Trainee = {
    life,
    isOver: false,
    isTraining: false,
    async settle(error) {
      Object.assign(trainee, { isOver: true });
      if (error !== null) thrown = { error };
    },
  };
  await trainTogether(prepared.engine, [trainee], { together: () => {}, tooMany: () => {} });
  if (thrown) throw (thrown as { error: unknown }).error;
  return life.spent;
}
