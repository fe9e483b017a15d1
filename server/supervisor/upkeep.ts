import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../contract/failure.ts";
import { deleteGoneWorkers } from "../../db/queries/workers.ts";
import { tidyDatabase } from "../../db/tidyDatabase.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { log } from "../log/log.ts";
import { forgetOld } from "../services/upkeep/forgetOld.ts";
import { purgeRemoved } from "../services/upkeep/purgeRemoved.ts";
import { tidyArtefacts } from "../services/upkeep/tidyArtefacts.ts";

const settleMs = 6_000;

/** Removes what nobody needs any more. */
export class Upkeep {
  private readonly context: ServiceContext;
  private readonly stopping: AbortSignal;
  private purging: Promise<void> = Promise.resolve();

  constructor(context: ServiceContext, stopping: AbortSignal) {
    this.context = context;
    this.stopping = stopping;
  }

  /** Tidies the database, and begins to purge what was deleted, and what need not be kept, long enough ago, and to tidy the artefacts. */
  async run(): Promise<void> {
    await tidyDatabase(this.context.database);
    await deleteGoneWorkers(this.context.database.orm);
    this.purge();
  }

  /** Once nothing is being purged. */
  async settled(): Promise<void> {
    // A store that does not answer does not hold up the server's end.
    await Promise.race([this.purging, sleep(settleMs, undefined, { ref: false })]);
  }

  /** Alongside everything else: a large study takes its time, and so does a store that hardly answers. */
  private purge(): void {
    this.purging = this.purging.then(async () => {
      const purged = await purgeRemoved(this.context, () => this.stopping.aborted);
      if (purged > 0) log.info(`Purged: ${purged} ${purged === 1 ? "experiment" : "experiments"} deleted long enough ago`);
      const { voidRows, logLines, pictures } = await forgetOld(this.context, () => this.stopping.aborted);
      if (voidRows + logLines + pictures > 0)
        log.info(
          `Removed of ended runs: ${voidRows} chunks and pictures of superseded attempts, ${logLines} log lines, ${pictures} pictures of the geometry`,
        );
    });
    this.purging = this.purging
      .catch((error) => log.error("purging", error))
      .then(() => tidyArtefacts(this.context))
      .catch((error) =>
        error instanceof Failure ? log.warning(`Files are tidied up later: ${error.message}`) : log.error("tidying files", error),
      );
  }
}
