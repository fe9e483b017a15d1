import { z } from "zod";
import { limits } from "../limits.ts";
import { typedText } from "../wireText.ts";
import { archiveSummary } from "./archiveFormat.ts";

/** Files that become experiments: what is sent, what it would make, what was made. */

export const importKinds = ["archive", "tensorboard", "features", "wandb", "csv"] as const;
export const importKind = z.enum(importKinds);
export type ImportKindName = z.infer<typeof importKind>;

export const importLimits = {
  /** Of one file, and of all files of one import. */
  fileBytes: 4e9,
  bytes: 8e9,
  files: 2_000,
  fileNameLength: 500,
  /** Imports of one person that wait to be carried out; a further one replaces the oldest. */
  waiting: 4,
  /** An import that nobody asks about for so long is thrown away, ms. */
  waitMs: 3_600_000,
  /** Of one table: bytes, columns, characters of a row. */
  tableBytes: 500e6,
  columns: 20_000,
  rowLength: 4_000_000,
  /** Of all tables or event files of one import. */
  runs: limits.gridRuns,
  points: 5_000_000,
  /** Rows of a plan that are answered. */
  shownRuns: 200,
  shownSeries: 500,
  shownProblems: 50,
  shownArrays: 500,
} as const;

/** What a column of a table is. */
export const columnRoles = ["run", "axis", "seed", "step", "metric", "ignore"] as const;
export type ColumnRole = (typeof columnRoles)[number];

const columnName = z.string().max(1_000);
export const columnChoice = z.strictObject({
  column: columnName.describe("Name of the column, as the plan has it."),
  role: z.enum(columnRoles),
  as: typedText(limits.nameLength, "a name")
    .trim()
    .min(1, "must not be empty")
    .optional()
    .describe("Name of the axis, or of the series: a name of your own, or a measured series such as train/nc1.ratio@3."),
});
export type ColumnChoice = z.infer<typeof columnChoice>;

/** What an array of a file of features is. */
export const arrayRoles = ["features", "labels", "weights", "bias", "ignored"] as const;
export type ArrayRole = (typeof arrayRoles)[number];
const arrayName = z.string().max(2_000);
export const arrayChoice = z.strictObject({
  array: arrayName.describe("Name of the array, as the plan has it: epoch_12.npz:features."),
  role: z.enum(arrayRoles),
});
export type ArrayChoice = z.infer<typeof arrayChoice>;

export const importChoices = z.strictObject({
  kind: importKind.optional().describe("Read the files as this, instead of what they look like."),
  study: typedText(limits.nameLength, "an experiment's name")
    .trim()
    .min(1, "name the experiment")
    .optional()
    .describe("Name of the experiment; of an experiment from files that you have under this name, the runs are added to it."),
  columns: z
    .array(columnChoice)
    .max(importLimits.columns)
    .refine((all) => new Set(all.map(({ column }) => column)).size === all.length, "name each column only once")
    .optional()
    .describe("Of tables: what columns are; columns that are not named stay what they are taken for."),
  arrays: z
    .array(arrayChoice)
    .max(20_000)
    .refine((all) => new Set(all.map(({ array }) => array)).size === all.length, "name each array only once")
    .optional()
    .describe("Of features: what arrays are; arrays that are not named stay what they are taken for."),
  step: z.int().min(0).max(1_000_000_000).optional().describe("Of features: the step of those that have none in their names."),
  labelColumn: z.string().max(1_000).optional().describe("Of features as CSV: the column of the labels."),
});
export type ImportChoices = z.input<typeof importChoices>;
export type ReadImportChoices = z.output<typeof importChoices>;

const count = z.int().min(0);
const value = z.union([z.number(), z.boolean(), z.string()]);

export const plannedRun = z.strictObject({
  name: z.string(),
  /** Its config. */
  values: z.record(z.string(), value),
  series: count,
  points: count,
  firstStep: count.nullable(),
  lastStep: count.nullable(),
  /** It is here already, as it is in the files. */
  present: z.boolean(),
});

export const plannedColumn = z.strictObject({
  column: z.string(),
  role: z.enum(columnRoles),
  as: z.string().nullable(),
  /** A few of its values, as they are written. */
  examples: z.array(z.string()),
});
export type PlannedColumn = z.infer<typeof plannedColumn>;

export const plannedArray = z.strictObject({
  array: z.string(),
  /** "[50000, 512] float32" */
  form: z.string(),
  /** null: it is left out. */
  role: z.enum(arrayRoles).nullable(),
});

/** A layer of one split, over all runs and steps. */
export const plannedLayer = z.strictObject({
  layer: z.string(),
  split: z.enum(["train", "test"]),
  runs: count,
  measurements: count,
  /** N, d and K of them: each that occurs. */
  samples: z.array(count),
  dims: z.array(count),
  classes: z.array(count),
  /** How many of the measurements have a classifier: of the last layer. */
  classifiers: count,
});
export type PlannedLayer = z.infer<typeof plannedLayer>;

export const importPlan = z.strictObject({
  kind: importKind,
  /** Everything that these files can be read as. */
  kinds: z.array(importKind),
  study: z.strictObject({
    name: z.string(),
    /** The experiment that the runs are added to; null: a new one. */
    existing: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
  }),
  counts: z.strictObject({
    runs: count,
    /** Of them, those that are here already. */
    present: count,
    series: count,
    points: count,
  }),
  axes: z.array(z.strictObject({ key: z.string(), different: count, examples: z.array(value) })),
  series: z.array(z.strictObject({ key: z.string(), runs: count, points: count })),
  /** The first of them. */
  runs: z.array(plannedRun),
  /** error: it cannot be imported so · warning: it can. */
  problems: z.array(z.strictObject({ level: z.enum(["error", "warning"]), message: z.string() })),
  /** Columns of a table, to be mapped; null where there are none. */
  columns: z.array(plannedColumn).nullable(),
  /** Of features. */
  features: z.strictObject({ arrays: z.array(plannedArray), layers: z.array(plannedLayer) }).optional(),
  archive: archiveSummary.nullable(),
});
export type ImportPlan = z.infer<typeof importPlan>;

export const uploadedImport = z.strictObject({
  id: z.uuid().describe("Of this import: further files are sent with ?import=<id>."),
  files: z.array(z.strictObject({ name: z.string(), bytes: count })),
  plan: importPlan.nullable().describe("null where ?more=true says that further files follow."),
});
export type UploadedImport = z.infer<typeof uploadedImport>;

export const carriedOut = z.strictObject({
  experimentId: z.uuid(),
  name: z.string(),
  url: z.string().describe("Address of the experiment's page."),
  /** Runs that were made, and those that were there already. */
  made: count,
  present: count,
});
export type CarriedOut = z.infer<typeof carriedOut>;
