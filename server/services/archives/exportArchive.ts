import { experimentConfig } from "../../../contract/config/experimentConfig.ts";
import { isExternalConfig } from "../../../contract/external/externalConfig.ts";
import {
  type ArchivedExperiment,
  type ArchivedFileKind,
  type ArchiveManifest,
  type ArchiveOrigin,
  archivedEnvironment,
  archivedExperiment,
  archiveFormat,
  archiveLimits,
  archivePaths,
  archiveVersion,
} from "../../../contract/wire/archiveFormat.ts";
import { listMachines } from "../../../db/queries/archives.ts";
import { getExperimentRow, type StoredExperiment } from "../../../db/queries/experiments.ts";
import { eachRun, listRunOrdinals } from "../../../db/queries/runs.ts";
import { mayRead, type Reader } from "../../access/reader.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { hideNamesInRun } from "../reading/hideNames.ts";
import { hideOwnSets, type NeutralNames, neutralNamesOf } from "../reading/neutralNames.ts";
import { ArchiveWriter } from "./ArchiveWriter.ts";
import { archiveReadme } from "./archiveReadme.ts";
import { contentOf } from "./contentOf.ts";
import { DataOfRuns } from "./DataOfRuns.ts";
import { addRun } from "./exportRunFiles.ts";

/** A file that is written while it is read, and not before. */
export interface ArchiveExport {
  name: string;
  content: AsyncIterable<Buffer>;
}

/**
 * An experiment with everything that is stored of it as one zip file, as contract/wire/archiveFormat.ts describes it, as far as its
 * reader may see it. What fails on its way cuts it off.
 * @throws Failure NOT_FOUND before anything is written
 */
export async function exportArchive(
  context: ServiceContext,
  reader: Reader,
  id: string,
  kinds: readonly ArchivedFileKind[] = [],
): Promise<ArchiveExport> {
  const { orm } = context.database;
  const experiment = requireFound(mayRead(reader, id) && (await getExperimentRow(orm, id)), "experiment");
  async function* content(): AsyncGenerator<Buffer> {
    const at = new Date();
    const writer = new ArchiveWriter(at);
    write(context, reader, experiment, { kinds, at, writer }).catch((error) => writer.fail(error));
    yield* writer.output;
  }
  return { name: experiment.name, content: content() };
}

interface Writing {
  kinds: readonly ArchivedFileKind[];
  at: Date;
  writer: ArchiveWriter;
}

async function write(context: ServiceContext, reader: Reader, experiment: StoredExperiment, writing: Writing): Promise<void> {
  const { orm } = context.database;
  const { at, writer, kinds } = writing;
  const { id } = experiment;
  const names = reader.hideNames ? await neutralNamesOf(orm, experiment) : new Map();
  const ids = await listRunOrdinals(orm, id);
  const here = { experimentId: id, server: reader.hideNames ? null : context.publicUrl, program: context.version };
  const { provenance } = experiment;
  const earlier = provenance ? [provenance.origin, ...provenance.earlier].slice(0, archiveLimits.origins) : [];
  const json = (path: string, value: unknown) => writer.add(path, [`${JSON.stringify(value, null, 1)}\n`]);

  await writer.add(archivePaths.readme, [archiveReadme]);
  await json(archivePaths.experiment, describeExperiment(experiment, reader, names));
  await json(archivePaths.origin, {
    ...here,
    exportedAt: at.toISOString(),
    runs: ids,
    earlier: reader.hideNames ? earlier.map((one): ArchiveOrigin => ({ ...one, server: null })) : earlier,
  });
  const data = new DataOfRuns();
  const mates = new Map(ids.map((run) => [run.id, run.id]));
  for await (const stored of eachRun(orm, id)) {
    const run = reader.hideNames ? hideNamesInRun(stored, names) : stored;
    data.add(run);
    await addRun(context, reader, writer, run, { kinds, mates });
  }
  await json(archivePaths.data, data.list());
  await json(archivePaths.environment, archivedEnvironment.parse({ machines: await machinesOf(context, reader, experiment) }));
  const manifest: ArchiveManifest = {
    format: archiveFormat,
    version: archiveVersion,
    program: context.version,
    exportedAt: at.toISOString(),
    content: contentOf(writer.files),
    experiment: { id, name: experiment.name },
    runs: ids.length,
    namesHidden: reader.hideNames,
    files: [...writer.files],
  };
  await json(archivePaths.manifest, manifest);
  writer.end();
}

function describeExperiment(experiment: StoredExperiment, reader: Reader, names: NeutralNames): ArchivedExperiment {
  const { name, note, tags, config, createdAt, launchedBy } = experiment;
  return archivedExperiment.parse({
    ...{ name, note, tags },
    config: isExternalConfig(config) ? config : experimentConfig.parse(reader.hideNames ? hideOwnSets(config, names) : config),
    createdAt: createdAt.toISOString(),
    launchedBy: reader.hideNames ? null : launchedBy,
  });
}

/** Machines are known to people, not to readers of a link. */
async function machinesOf(context: ServiceContext, reader: Reader, { id, provenance }: StoredExperiment) {
  if (reader.experimentId !== null) return [];
  const known = [...(provenance?.machines ?? []), ...(await listMachines(context.database.orm, id))];
  return known.filter((one, at) => known.findIndex(({ name }) => name === one.name) === at);
}
