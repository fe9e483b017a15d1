import type { Table } from "../tables/readTable.ts";

/** How W&B writes runs down: a row a run, a column a run and metric (a panel), or a row a step of one run (its history). */
export type WandbForm = "table" | "panel" | "history";

/** Columns of a table of runs that are no config and no metric. */
export const wandbFacts: ReadonlySet<string> = new Set(
  [
    ...["Name", "ID", "State", "Notes", "User", "Tags", "Created", "Runtime", "Sweep", "Group", "Job Type", "Updated"],
    ...["End Time", "Start Time", "Description", "Commit", "Git Commit", "GitHub", "Host", "Hostname", "GPU Type", "GPU Count"],
    ...["Command", "OS", "Python Version", "Project", "Entity", "Report", "Path", "Url"],
  ].map((name) => name.toLowerCase()),
);

const prefix = /^(config|summary)[_.:/](.+)$/i;
/** Between the name of a run and that of a metric. */
export const separator = " - ";
/** Of the least and the greatest value that a point of a panel stands for. */
export const boundSuffix = /__(MIN|MAX)$/;
/** What W&B counts for itself. */
export const ownKey = /^_(step|runtime|timestamp|wandb.*)$/;

/** Name of a column without its prefix, and which that is. */
export function parsePrefix(column: string): { kind: "config" | "summary"; name: string } | null {
  const [, kind, name] = prefix.exec(column) ?? [];
  if (kind === undefined || name === undefined) return null;
  // A config is exported with each value in a box of its own.
  return kind.toLowerCase() === "config" ? { kind: "config", name: name.replace(/\.value$/, "") } : { kind: "summary", name };
}

/** @returns null for what W&B does not write so */
export function wandbForm({ columns }: Pick<Table, "columns">): WandbForm | null {
  const [first, ...others] = columns;
  const has = (name: string) => columns.some((column) => column.toLowerCase() === name);
  if (columns.some((column) => parsePrefix(column) !== null)) return "table";
  if (first !== undefined && others.length > 0 && others.every((column) => column.includes(separator))) return "panel";
  if (has("_step") && (has("_runtime") || has("_timestamp"))) return "history";
  const facts = columns.filter((column) => wandbFacts.has(column.toLowerCase())).length;
  return has("name") && (has("state") || has("runtime") || has("created")) && facts >= 3 ? "table" : null;
}
