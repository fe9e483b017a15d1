import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { Failure } from "../../../contract/failure.ts";
import type { ArchiveSummary } from "../../../contract/wire/archiveFormat.ts";
import type { CarriedOut, ImportPlan, UploadedImport } from "../../../contract/wire/imports.ts";
import { cannotRead } from "../cannotRead.ts";
import type { ApiClient } from "../client/apiClient.ts";
import { count } from "../count.ts";
import type { Output } from "../output.ts";

interface Terms {
  client: ApiClient;
  output: Output;
  dryRun: boolean;
  /** Name of the experiment that files of other programs become. */
  study: string | undefined;
}

/**
 * Imports an archive of Collapsar, or files of other programs, or says what they would make.
 * @throws Failure for what is none of these
 */
export async function importFiles(files: readonly string[], terms: Terms): Promise<void> {
  const areZips = files.map(isZip);
  const [first] = files;
  if (files.length === 1 && first !== undefined && areZips[0]) return importArchive(first, terms);
  return importTables(files, terms);
}

async function importArchive(file: string, { client, output, dryRun }: Terms): Promise<void> {
  const asked = { file: { path: file, type: "application/zip" }, key: randomUUID() };
  if (dryRun) {
    const summary = await client.json<ArchiveSummary>("POST", "/archives/inspect", asked);
    for (const line of summaryLines(summary)) output.line(line);
    return output.document({ dryRun: true, ...summary });
  }
  const made = await client.json<ArchiveSummary & { id: string }>("POST", "/archives", asked);
  const [said, ...rest] = summaryLines(made);
  output.line(`Imported ${said} ${client.url}/e/${made.id}`);
  for (const line of rest) output.line(line);
  output.document({ ...made, url: `${client.url}/e/${made.id}` });
}

/** Files of other programs: sent one after the other, planned together, and then carried out or thrown away. */
async function importTables(files: readonly string[], { client, output, dryRun, study }: Terms): Promise<void> {
  const choices = study === undefined ? {} : { study };
  let id: string | null = null;
  for (const [at, file] of files.entries()) {
    const query = new URLSearchParams({
      name: file.replace(/^.*[\\/](?=[^\\/]+[\\/][^\\/]+$)/, ""),
      more: String(at < files.length - 1),
    });
    if (id !== null) query.set("import", id);
    const asked = { file: { path: file, type: "application/octet-stream" }, key: randomUUID() };
    ({ id } = await client.json<UploadedImport>("POST", `/imports?${query}`, asked));
  }
  const plan = await client.json<ImportPlan>("POST", `/imports/${id}/plan`, { body: choices });
  const errors = plan.problems.filter(({ level }) => level === "error");
  const drop = () => client.json("DELETE", `/imports/${id}`);
  if (errors.length > 0) {
    await drop();
    throw new Failure("INVALID", errors.map(({ message }) => message).join("\n"));
  }
  for (const { message } of plan.problems) output.note(`warning: ${message}`);
  if (dryRun) {
    await drop();
    for (const line of planLines(plan)) output.line(line);
    return output.document({ dryRun: true, ...plan });
  }
  const made = await client.json<CarriedOut>("POST", `/imports/${id}`, { body: choices, key: randomUUID() });
  output.line(
    `Imported ${made.name}: ${count(made.made, "run")}${made.present > 0 ? `, ${made.present} here already` : ""}. ${client.url}/e/${made.experimentId}`,
  );
  output.document({ ...made, id: made.experimentId, url: `${client.url}/e/${made.experimentId}` });
}

function planLines({ kind, study, counts, axes }: ImportPlan): string[] {
  return [
    `${study.name}${study.existing === null ? "" : " (added to)"}: ${count(counts.runs, "run")} of ${count(counts.points, "point")}, read as ${kind}.`,
    ...axes.map(
      ({ key, different, examples }) =>
        `  ${key}: ${count(different, "value")}, such as ${examples.slice(0, 3).map(String).join(", ")}`,
    ),
    ...(counts.present > 0 ? [`  ${count(counts.present, "run")} here already`] : []),
  ];
}

function summaryLines({ name, runs, points, unfinished, files, duplicates }: ArchiveSummary): string[] {
  return [
    `${name}: ${count(runs, "run")}, ${count(points, "point")}${files > 0 ? `, ${count(files, "file")}` : ""}.`,
    ...(unfinished > 0 ? [`  ${count(unfinished, "run")} had not ended when it was archived: they are cancelled here.`] : []),
    ...duplicates.map(
      ({ id, name: other, same }) =>
        `  ${same === "content" ? "The same content is here already" : "From the same experiment as"}: ${other} (${id})`,
    ),
  ];
}

/** @throws Failure where it cannot be read */
function isZip(file: string): boolean {
  let opened: number | null = null;
  try {
    if (statSync(file).isDirectory()) throw new Failure("INVALID", `${file} is a folder: name a file.`);
    opened = openSync(file, "r");
    const head = Buffer.alloc(4);
    return readSync(opened, head, 0, 4, 0) === 4 && head.equals(Buffer.from("PK\x03\x04", "latin1"));
  } catch (error) {
    throw cannotRead(file, error);
  } finally {
    if (opened !== null) closeSync(opened);
  }
}
