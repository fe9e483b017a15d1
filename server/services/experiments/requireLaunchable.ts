import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import { launchFindings } from "../../../contract/launch/launchFindings.ts";
import { launchKnowledge } from "../../../contract/launch/launchKnowledge.ts";
import type { Executor } from "../../../db/database.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { listConnectedWorkers } from "../workers/listWorkers.ts";

const maxSaid = 5;

/**
 * Refuses anything that is known in advance to make runs fail.
 * @param db the transaction that holds the only connection, where there is one
 * @throws Failure INVALID with the text of each problem
 */
export async function requireLaunchable(context: ServiceContext, config: ExperimentConfig, db: Executor): Promise<void> {
  const { problems } = launchFindings(config, launchKnowledge(await listConnectedWorkers(context, db)));
  if (problems.length === 0) return;
  const more = problems.length > maxSaid ? [`… and ${problems.length - maxSaid} more.`] : [];
  throw new Failure("INVALID", [...problems.slice(0, maxSaid).map(({ message }) => message), ...more].join(" "));
}
