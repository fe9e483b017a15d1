import type { ArchivedFileKind } from "../../../contract/wire/archiveFormat.ts";

/** Forms of an export: what is asked for, and the ending of its file. */
export const exportForms = {
  archive: { path: "archive", ending: "zip" },
  parquet: { path: "series?format=parquet", ending: "series.parquet" },
  csv: { path: "series?format=csv", ending: "series.csv" },
  json: { path: "series?format=json", ending: "series.json" },
  ndjson: { path: "series?format=ndjson", ending: "series.ndjson" },
} as const;
export type ExportForm = keyof typeof exportForms;

/** Kinds of files of runs that an archive may hold. */
export const fileKinds = ["checkpoints", "features"] as const satisfies readonly ArchivedFileKind[];
