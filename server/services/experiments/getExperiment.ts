import { createHash } from "node:crypto";
import type { Provenance } from "../../../contract/wire/archiveFormat.ts";
import type { AnyExperimentDetail } from "../../../contract/wire/externalViews.ts";
import { listComputing } from "../../../db/queries/attempts.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import { listRuns } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { hideNamesInRun } from "../reading/hideNames.ts";
import { hideOwnSets, neutralNamesOf } from "../reading/neutralNames.ts";
import { toRunRow } from "../runs/runViews.ts";
import { countRuns } from "../summaries/countRuns.ts";
import { toExperimentSummary } from "../summaries/toExperimentSummary.ts";
import { canonicalJson } from "./makeRuns.ts";

export async function getExperiment(context: ServiceContext, reader: Reader, id: string): Promise<AnyExperimentDetail> {
  const { orm } = context.database;
  const experiment = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  const computing = await listComputing(orm, id);
  const runs = (await listRuns(orm, id)).map((run) => toRunRow(run, computing.get(run.id)));
  const names = reader.hideNames ? await neutralNamesOf(orm, experiment) : null;
  const config = names ? hideOwnSets(experiment.config, names) : experiment.config;
  return {
    ...toExperimentSummary({ ...experiment, ...countRuns(runs) }, context.dispatch.slots()),
    ...(reader.hideNames && { launchedBy: null }),
    ...(experiment.provenance && { provenance: showProvenance(experiment.provenance, reader) }),
    note: experiment.note,
    config,
    configDigest: createHash("sha256").update(canonicalJson(config)).digest("hex"),
    runs: names ? runs.map((run) => hideNamesInRun(run, names)) : runs,
    readOnly: reader.readOnly,
    program: context.version,
    namesHidden: reader.hideNames,
    // The kind of an experiment is that of all of its runs.
  } as AnyExperimentDetail;
}

/** Names of servers, people and machines are for those who may read them. */
function showProvenance(provenance: Provenance, { hideNames, experimentId }: Reader): Provenance {
  const unnamed = <T extends { server: string | null }>(origin: T): T => (hideNames ? { ...origin, server: null } : origin);
  return {
    ...provenance,
    origin: unnamed(provenance.origin),
    earlier: provenance.earlier.map(unnamed),
    importedBy: hideNames ? null : provenance.importedBy,
    machines: experimentId === null ? provenance.machines : [],
  };
}
