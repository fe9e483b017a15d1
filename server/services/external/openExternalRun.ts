import { randomUUID } from "node:crypto";
import { type ExternalRunConfig, flattenConfig, isExternal } from "../../../contract/external/externalConfig.ts";
import type { StoredExternal } from "../../../contract/external/externalFacts.ts";
import type { ExternalOpening, OpenedExternalRun } from "../../../contract/external/externalRequests.ts";
import { Failure } from "../../../contract/failure.ts";
import { limits } from "../../../contract/limits.ts";
import { noCounts } from "../../../contract/status.ts";
import type { Executor } from "../../../db/database.ts";
import { endAttempt, insertAttempt } from "../../../db/queries/attempts.ts";
import { insertExperiment, lockExperiment } from "../../../db/queries/experiments.ts";
import {
  beginReported,
  countOrdinals,
  findStudyByName,
  lockName,
  lockReportedRun,
  recordReported,
  resumeReported,
} from "../../../db/queries/externalRuns.ts";
import { type ExternalRun, insertRuns, readRunState } from "../../../db/queries/runs.ts";
import { joinTails } from "../../../db/queries/series.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { toRunItem } from "../runs/runViews.ts";
import { externalRunId, studyLock } from "./externalIds.ts";

interface Opened extends Omit<OpenedExternalRun, "url"> {
  /** A new attempt: what pages are told. */
  resumedFromStep: number | null;
  isNew: boolean;
}

/**
 * Begins to report a run that is trained elsewhere, or resumes it: a key is one run, a session one attempt of it.
 * @throws Failure INVALID for a config that cannot be one; NOT_FOUND for a study that is not there, or was deleted; CONFLICT for one
 *   that is trained here or is full, and for a run that a person cancelled
 */
export async function openExternalRun(
  context: ServiceContext,
  person: Person,
  request: ExternalOpening,
): Promise<OpenedExternalRun> {
  await context.database.requireRoom();
  const values = flattenConfig(request.config);
  const runId = externalRunId(person, request.runKey);
  const { resumedFromStep, isNew, ...opened } = await context.database.transaction(async (tx) => {
    await lockName(tx, `external run ${runId}`);
    const known = await lockReportedRun(tx, runId);
    if (known) return resume(tx, known, request);
    return begin(context, tx, person, runId, request, values);
  });
  const { experimentId, attempt } = opened;
  if (isNew) {
    const run = await readRunState(context.database.orm, runId);
    context.changes.publish(experimentId, [
      ...(resumedFromStep === null ? [] : [{ kind: "attempt" as const, runId, attempt, resumedFromStep }]),
      ...(run ? [toRunItem(run)] : []),
    ]);
    context.refreshSoon(experimentId);
  }
  return { ...opened, url: `${context.publicUrl}/e/${experimentId}` };
}

async function begin(
  context: ServiceContext,
  tx: Executor,
  person: Person,
  runId: string,
  request: ExternalOpening,
  values: ExternalRunConfig["values"],
): Promise<Opened> {
  const { runKey, client, source, layers, objective, classNames, totalSteps, session } = request;
  const experimentId = await findStudy(context, tx, person, request);
  const { count, last } = await countOrdinals(tx, experimentId);
  if (count >= limits.gridRuns)
    throw new Failure("CONFLICT", `A study has at most ${limits.gridRuns} runs, and this one has ${count}: choose another name.`);
  const config: ExternalRunConfig = {
    ...{ kind: "external", values },
    ...(layers && { layers }),
    ...(objective && { objective }),
  };
  const external: StoredExternal = {
    ...{ source, client, runKey, isTotalKnown: totalSteps !== undefined },
    ...(classNames && { classNames }),
  };
  const [made] = await insertRuns(tx, [
    {
      ...{ id: runId, experimentId, ordinal: last + 1, cell: runId, config, external },
      ...{ status: "running", attempt: 1, totalSteps: totalSteps ?? 1 },
    },
  ]);
  await beginReported(tx, made!.id, 1);
  await insertAttempt(tx, newAttempt(runId, 1, session, 0));
  return { experimentId, runId, attempt: 1, storedThrough: 0, resumedFromStep: 0, isNew: true };
}

/** The study that a request names, by its id or its name; of a new name, a new one. Its row is locked: its runs are numbered. */
async function findStudy(context: ServiceContext, tx: Executor, person: Person, request: ExternalOpening): Promise<string> {
  const { study, source, note = "" } = request;
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(study)) {
    const found = await lockExperiment(tx, study);
    if (!found) throw new Failure("NOT_FOUND", `There is no study ${study}: give the id of one that is there, or a name.`);
    if (!isExternal(found))
      throw new Failure(
        "CONFLICT",
        `The runs of “${found.name}” are trained here: report to a study of its own, by another name.`,
      );
    return found.id;
  }
  await lockName(tx, studyLock(person, study));
  const found = await findStudyByName(tx, person.memberId, study);
  if (found !== null && (await lockExperiment(tx, found))) return found;
  const id = randomUUID();
  await insertExperiment(tx, {
    ...{ id, name: study, note, tags: [], kind: "external" },
    config: { kind: "external", source },
    launchedBy: context.shared ? person.name : null,
    launchedById: person.memberId,
    counts: { ...noCounts, running: 1 },
    status: "running",
  });
  return id;
}

const newAttempt = (runId: string, number: number, session: string | undefined, resumedFromStep: number | null) => ({
  ...{ runId, number, resumedFromStep },
  // One session reports it, as one lease trains it.
  lease: session ?? randomUUID(),
  startedAt: new Date(),
});

async function resume(
  tx: Executor,
  { run, attempts, isRemoved }: NonNullable<Awaited<ReturnType<typeof lockReportedRun>>>,
  request: ExternalOpening,
): Promise<Opened> {
  if (!isExternal(run)) throw new Error("a reported run without its facts");
  const { id: runId, experimentId } = run;
  if (isRemoved)
    throw new Failure("NOT_FOUND", "The study of this run was deleted: restore it, or report under a run key of its own.");
  await recordReported(tx, runId, learned(run, request));
  const { session, resumedFromStep = null } = request;
  const last = attempts.at(-1);
  const same = session === undefined ? last : attempts.find(({ lease }) => lease === session);
  if (same) {
    if (same.outcome?.code === "CANCELLED") throw cancelled();
    return {
      ...{ experimentId, runId, attempt: same.number, storedThrough: same.lastSeq },
      ...{ resumedFromStep: null, isNew: false },
    };
  }
  if (last && last.endedAt === null) {
    const outcome = { code: "LEASE_LOST", message: "Its program was started anew, and reports the next attempt." } as const;
    await endAttempt(tx, runId, last.number, outcome);
    await joinTails(tx, runId, last.number);
  }
  const attempt = (last?.number ?? 0) + 1;
  await insertAttempt(tx, newAttempt(runId, attempt, session, null));
  await beginReported(tx, runId, attempt);
  if (resumedFromStep !== null) await resumeReported(tx, runId, attempt, resumedFromStep);
  return { experimentId, runId, attempt, storedThrough: 0, resumedFromStep, isNew: true };
}

export const cancelled = () =>
  new Failure(
    "CONFLICT",
    "A person cancelled this run: nothing more of this attempt is stored. Start the program anew to go on.",
  );

/** What a later word says that the first one did not, or says otherwise; config and objective stay those of the first. */
function learned(run: ExternalRun, request: ExternalOpening) {
  const { client, classNames, totalSteps, layers, objective } = request;
  const { config, external } = run;
  return {
    config: {
      ...config,
      ...(layers && config.layers === undefined && { layers }),
      ...(objective && config.objective === undefined && { objective }),
    },
    external: {
      ...{ ...external, client, isTotalKnown: external.isTotalKnown || totalSteps !== undefined },
      ...(classNames && { classNames }),
    },
    ...(totalSteps !== undefined && { totalSteps: Math.max(totalSteps, run.step) }),
  };
}
