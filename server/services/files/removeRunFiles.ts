import { Failure } from "../../../contract/failure.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { log } from "../../log/log.ts";

/** Removes the files of a run that is deleted; what a store that is away still has of them, tidying up removes later. */
export async function removeRunFiles({ artefacts }: ServiceContext, runId: string): Promise<void> {
  try {
    await artefacts.removeRun(runId);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning(`The files of run ${runId} are removed later: ${error.message}`);
  }
}
