import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { Failure } from "../../../contract/failure.ts";
import type { ArchiveSummary } from "../../../contract/wire/archiveFormat.ts";
import type { ApiClient } from "../client/apiClient.ts";
import type { Output } from "../output.ts";

interface Terms {
  client: ApiClient;
  output: Output;
  dryRun: boolean;
}

/** Imports a Collapsar archive, or says what it would make. @throws Failure for what is none */
export async function importFile(file: string, { client, output, dryRun }: Terms): Promise<void> {
  if (!isZip(file))
    throw new Failure(
      "INVALID",
      `${file} is no Collapsar archive, which is a zip file: “npx collapsar export” makes them. Tables of other programs are imported on the server's Import page.`,
    );
  const asked = { file: { path: file, type: "application/zip" }, key: randomUUID() };
  if (dryRun) {
    const summary = await client.json<ArchiveSummary>("POST", "/archives/inspect", asked);
    for (const line of summaryLines(summary)) output.line(line);
    return output.document({ dryRun: true, ...summary });
  }
  const made = await client.json<ArchiveSummary & { id: string }>("POST", "/archives", asked);
  const [first, ...rest] = summaryLines(made);
  output.line(`Imported ${first} ${client.url}/e/${made.id}`);
  for (const line of rest) output.line(line);
  output.document({ ...made, url: `${client.url}/e/${made.id}` });
}

function summaryLines({ name, runs, points, unfinished, files, duplicates }: ArchiveSummary): string[] {
  const count = (n: number, thing: string) => `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;
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
    if (error instanceof Failure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Failure("NOT_FOUND", `There is no file ${file}.`);
    throw new Failure("INVALID", `${file} cannot be read (${code ?? "unknown"}): check that it is yours to read.`);
  } finally {
    if (opened !== null) closeSync(opened);
  }
}
