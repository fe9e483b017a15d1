import { z } from "zod";
import { experimentConfig } from "../config/experimentConfig.ts";
import { runConfig } from "../config/runConfig.ts";
import { resolvedDataset } from "../data/resolvedDataset.ts";
import { externalExperimentConfig, externalRunConfig } from "../external/externalConfig.ts";
import { storedExternal } from "../external/externalFacts.ts";
import { failureCodes } from "../failure.ts";
import { limits } from "../limits.ts";
import { measurementGaps } from "../metrics/measurementGaps.ts";
import { seriesKeyPattern } from "../metrics/seriesKey.ts";
import { runStatuses } from "../status.ts";
import { typedText, wireText } from "../wireText.ts";
import { artefactName } from "./artefactNames.ts";
import { evaluation, geometrySnapshot, optimumSummary, startedEvent, workerStops } from "./runEvents.ts";
import { machine } from "./workerProtocol.ts";

/** A whole experiment as one zip file; README.txt in it says the same to people. */
export const archiveFormat = "collapsar archive";
/** Raised when a reader of an older version would misunderstand a newer one. */
export const archiveVersion = 1;

export const archiveLimits = {
  /** Of the zip file. */
  bytes: 4e9,
  /** Of all that is in it, unpacked. */
  unpackedBytes: 40e9,
  /** More than an experiment's own grid may have: external ones gather runs over time. */
  runs: 10_000,
  /** Files of one run beside those of `runFileNames`. */
  filesOfRun: 22,
  /** Of a file that is read as one JSON text, unpacked. */
  jsonBytes: 32e6,
  /** Of one line of geometry or log. */
  lineBytes: 8e6,
  /** Points of all series of one run. */
  pointsOfRun: 100_000_000,
  /** Rounds of export and import that are told of. */
  origins: 20,
} as const;

export const archivePaths = {
  manifest: "manifest.json",
  readme: "README.txt",
  experiment: "experiment.json",
  origin: "origin.json",
  environment: "environment.json",
  data: "data.json",
} as const;

/** Files of each run, in the folder of its ordinal. */
export const runFileNames = ["run.json", "series.json", "steps.npy", "values.npy", "geometry.ndjson", "log.ndjson"] as const;
/** Files of an archive, with some room. */
export const maxArchivedFiles = archiveLimits.runs * (runFileNames.length + archiveLimits.filesOfRun) + 10;
export const runFolderOf = (ordinal: number): string => `runs/${String(ordinal).padStart(5, "0")}`;

/** What is asked for beside numbers and texts: `?files=checkpoints,features`. */
export const archivedFileKinds = ["checkpoints", "features"] as const;
export type ArchivedFileKind = (typeof archivedFileKinds)[number];

const time = z.iso.datetime();

/** A config of what is trained here, or elsewhere: as it says itself, so that complaints are about the one that was meant. */
const either = <Trained, External>(trained: z.ZodType<Trained>, external: z.ZodType<External>) =>
  z.unknown().transform((config, context): Trained | External => {
    const isOutside = typeof config === "object" && config !== null && "kind" in config && config.kind === "external";
    const { data, error } = (isOutside ? external : trained).safeParse(config);
    if (error === undefined) return data as Trained | External;
    for (const { path, message } of error.issues) context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  });
const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "is not a sha256 (64 hexadecimal digits)");

const archivedFile = z.strictObject({ path: z.string().max(200), bytes: count, sha256 });
export type ArchivedFile = z.infer<typeof archivedFile>;

export const archiveManifest = z.strictObject({
  format: z.literal(archiveFormat),
  version: z.literal(archiveVersion),
  /** Version of the program that wrote it. */
  program: wireText(80),
  exportedAt: time,
  /** sha256 over paths and sha256 of what the experiment itself consists of: alike for an experiment and its copies. */
  content: sha256,
  experiment: z.strictObject({ id: z.uuid(), name: wireText(limits.nameLength) }),
  runs: count.max(archiveLimits.runs, `an archive has at most ${archiveLimits.runs.toLocaleString("en")} runs`),
  /** Names of people, machines and a person's own data are left out. */
  namesHidden: z.boolean(),
  /** Every file but this one. */
  files: z.array(archivedFile).max(maxArchivedFiles),
});
export type ArchiveManifest = z.infer<typeof archiveManifest>;

export const archivedExperiment = z.strictObject({
  name: typedText(limits.nameLength, "a name"),
  note: typedText(limits.noteLength, "a note"),
  tags: z.array(typedText(limits.tagLength, "a tag")).max(limits.tags),
  config: either(experimentConfig, externalExperimentConfig),
  createdAt: time,
  /** Name of who launched it; null where there was no sign-in, and where names are hidden. */
  launchedBy: wireText(200).nullable(),
});
export type ArchivedExperiment = z.infer<typeof archivedExperiment>;

/** Where an archive is from: the one before it was imported there, and so on. */
const origin = z.strictObject({
  experimentId: z.uuid(),
  /** Address of the server; null where names are hidden. */
  server: wireText(300).nullable(),
  program: wireText(80),
  exportedAt: time,
});
export type ArchiveOrigin = z.infer<typeof origin>;

export const archiveOrigin = z.strictObject({
  ...origin.shape,
  /** Ids of the runs there, in the order of their ordinals. */
  runs: z.array(z.strictObject({ ordinal: count, id: z.uuid() })).max(archiveLimits.runs),
  earlier: z.array(origin).max(archiveLimits.origins),
});

export const archivedMachine = z.strictObject({
  name: wireText(200),
  version: wireText(80),
  devices: z.array(wireText(200)).max(64),
  machine,
});
export type ArchivedMachine = z.infer<typeof archivedMachine>;
export const archivedEnvironment = z.strictObject({ machines: z.array(archivedMachine).max(1_000) });

const outcome = z.strictObject({
  code: z.enum([...failureCodes, "FINISHED"]),
  message: wireText(8000),
  stop: z.enum(workerStops).optional(),
});

export const archivedAttempt = z.strictObject({
  number: z.int().min(1),
  workerName: wireText(200).nullable(),
  lastSeq: count,
  lastStep: count.nullable(),
  leasedAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  resumedFromStep: count.nullable(),
  started: startedEvent.nullable(),
  outcome: outcome.nullable(),
});

export const archivedRun = z.strictObject({
  ordinal: count,
  config: either(runConfig, externalRunConfig),
  /** Of a run that was trained elsewhere; absent of others. */
  external: storedExternal.optional(),
  heardAt: time.optional(),
  status: z.enum(runStatuses),
  attempt: count,
  failedAttempts: count,
  step: count,
  totalSteps: count,
  stepMs: z.number().nullable(),
  measureMs: z.number().nullable(),
  last: z.record(z.string().regex(seriesKeyPattern), z.number()),
  missing: z.record(wireText(80), wireText(500)),
  optimum: optimumSummary.nullable(),
  dataset: resolvedDataset.nullable(),
  evaluation: evaluation.nullable(),
  failure: z.strictObject({ code: z.enum(failureCodes), message: wireText(8000) }).nullable(),
  gaps: measurementGaps.nullable(),
  workerName: wireText(200).nullable(),
  queuedAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  attempts: z.array(archivedAttempt).max(10_000),
  checkpoints: z
    .array(z.strictObject({ attempt: z.int().min(1), seq: count, step: count, hash: wireText(128), bytes: count, at: time }))
    .max(100_000),
  /** Files of the run that are in the archive; `bytes` and `sha256` are those of the file as the program keeps it. */
  files: z
    .array(
      z.strictObject({
        attempt: z.int().min(1),
        name: z.string().regex(artefactName),
        bytes: count,
        sha256,
        at: time,
        path: z.string().max(200),
      }),
    )
    .max(archiveLimits.filesOfRun),
});
export type ArchivedRun = z.infer<typeof archivedRun>;

/** Of steps.npy and values.npy: where each series of each attempt lies. */
export const archivedSeries = z.array(
  z.strictObject({
    key: z.string().regex(seriesKeyPattern),
    attempt: z.int().min(1),
    /** Place of its first point. */
    from: count,
    count: z.int().min(1),
    /** Points, from its first one on, that count: those after them are void, as a later attempt resumed from before them. */
    valid: count,
  }),
);
export type ArchivedSeries = z.infer<typeof archivedSeries>;

export const archivedGeometry = z.strictObject({ attempt: z.int().min(1), seq: count, snapshot: geometrySnapshot });
export const archivedLogLine = z.strictObject({
  attempt: z.int().min(1),
  seq: count,
  at: time,
  level: z.enum(["info", "warning", "error"]),
  text: wireText(4000),
});

/** Where an imported experiment is from. */
export const provenance = z.strictObject({
  kind: z.literal("archive"),
  origin,
  earlier: z.array(origin),
  /** See the manifest. */
  content: z.string(),
  importedAt: time,
  /** Version of the program that imported it. */
  importedWith: z.string(),
  /** Name of who imported it; null where there is no sign-in. */
  importedBy: z.string().nullable(),
  machines: z.array(archivedMachine),
  /** Runs that had not ended when they were archived; they are cancelled here. */
  unfinished: z.int(),
});
export type Provenance = z.infer<typeof provenance>;

/** What an archive holds, before and after it is imported. */
export const archiveSummary = z.strictObject({
  name: z.string(),
  runs: count,
  points: count,
  snapshots: count,
  logLines: count,
  files: count,
  /** Runs that had not ended when they were archived. */
  unfinished: count,
  namesHidden: z.boolean(),
  origin,
  /** Experiments here that have the same content, or are from the same experiment. */
  duplicates: z.array(z.strictObject({ id: z.uuid(), name: z.string(), same: z.enum(["content", "experiment"]) })),
});
export type ArchiveSummary = z.infer<typeof archiveSummary>;
