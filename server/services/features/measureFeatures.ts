import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import type { FeaturesQuery, MeasuredFeatures } from "../../../contract/external/featuresRequest.ts";
import { Failure, isDiskFull } from "../../../contract/failure.ts";
import { readReportedRun } from "../../../db/queries/externalRuns.ts";
import { readRunState } from "../../../db/queries/runs.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { measureRun } from "../../imports/features/measureRun.ts";
import { readRuns } from "../../imports/features/readRuns.ts";
import type { Role } from "../../imports/features/roleOf.ts";
import { withScratch } from "../../imports/formats/scratch.ts";
import { requireOwnRun } from "../external/externalIds.ts";
import { addExternalMeasurements, storeExternalEvents } from "../external/storeExternalEvents.ts";

/** Bounds of one file: as it comes with what is unpacked of it, and space of the disk that is left to others, bytes. */
export const fileBounds = { bytes: 4e9, scratchBytes: 12e9, reserveBytes: 200e6 } as const;

/**
 * Measures a file of features and stores that as a client's events of the run's current attempt: as those with the numbers from
 * `query.seq` on, else beside those that its program numbers.
 * @throws Failure NOT_FOUND, NOT_ALLOWED for a run that another person reports; INVALID naming file, array and what was expected
 */
export async function measureFeatures(
  context: ServiceContext,
  person: Person,
  runId: string,
  query: FeaturesQuery,
  content: AsyncIterable<Buffer>,
): Promise<MeasuredFeatures> {
  const { attempt } = requireFound(await readRunState(context.database.orm, runId), "run");
  const { run, lastSeq } = requireFound(await readReportedRun(context.database.orm, runId, attempt), "run");
  if (!isExternal(run)) throw new Failure("CONFLICT", "This run is trained here: its worker measures it.");
  requireOwnRun(person, run);
  return withScratch(fileBounds.scratchBytes, fileBounds.reserveBytes, async (scratch, folder) => {
    const path = join(folder, "sent");
    await pipeline(content, createWriteStream(path, { flags: "wx", mode: 0o600 })).catch((error) => {
      if (isDiskFull(error)) throw new Failure("DISK_FULL", `The server has no room for ${query.name} while it is measured.`);
      throw error;
    });
    const { name, step = null, split, labelColumn } = query;
    // Its name stays what the query calls it.
    const choices = { roles: rolesOf(query), step, split, labelColumn, keepFolders: true };
    const { runs, problems } = await readRuns([{ name, path }], scratch, choices);
    const [only] = runs;
    if (only === undefined) throw new Failure("INVALID", problems[0] ?? `${name} has no features.`);
    const stated = run.config.objective ?? null;
    const warnings = [...only.notes];
    let { seq } = query;
    let storedThrough = seq === undefined ? (lastSeq ?? 0) : seq - 1;
    for await (const measured of measureRun(only.sets, stated)) {
      const { event } = measured;
      // Without a number it takes none from the program, whose next event would count as stored.
      const stored =
        seq === undefined
          ? await addExternalMeasurements(context, person, runId, [event])
          : await storeExternalEvents(context, person, runId, { attempt, events: [{ seq: seq++, at: Date.now(), event }] });
      storedThrough = stored.storedThrough;
      warnings.push(...measured.warnings, ...(stored.warnings ?? []));
    }
    return {
      storedThrough,
      measured: only.sets.map((set) => ({
        ...{ step: set.step, split: set.split, samples: set.layers[0]?.samples ?? 0 },
        ...{ layers: set.layers.map((layer) => ({ name: layer.name, dim: layer.dim })), labels: set.labelsRef },
        classifier: set.head?.weightsRef ?? null,
      })),
      warnings,
    };
  });
}

/** What a person says of arrays, by the names that they have in the file. */
function rolesOf({ name, features = [], labels, weights, bias }: FeaturesQuery): Map<string, Role> {
  const roles = new Map<string, Role>();
  for (const [names, role] of [
    [features, "features"],
    [[labels], "labels"],
    [[weights], "weights"],
    [[bias], "bias"],
  ] as const)
    for (const array of names) if (array !== undefined) roles.set(`${name}:${array}`, role);
  return roles;
}
