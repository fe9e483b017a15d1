import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure, isDiskFull } from "../../../contract/failure.ts";
import { bytesText } from "../../../contract/launch/workerPlace.ts";
import { type ApiClient, reasonOf } from "../client/apiClient.ts";
import type { Output } from "../output.ts";
import { type ExportForm, exportForms } from "../program/exportForms.ts";
import { Progress } from "../progress.ts";

interface Terms {
  client: ApiClient;
  output: Output;
  folder: string;
  forms: readonly ExportForm[];
  /** Kinds of files of runs in an archive: "checkpoints,features"; "": none. */
  files: string;
  /** Whether files that are there are replaced. */
  force: boolean;
}

/** Writes an experiment into a folder, each file whole or not at all. */
export async function exportStudy(id: string, { client, output, folder, forms, files, force }: Terms): Promise<void> {
  const { name } = await client.json<{ name: string }>("GET", `/experiments/${id}`);
  const base = `${slugOf(name)}-${id.slice(0, 8)}`;
  const wanted = forms.map((form) => ({ form, file: join(resolve(folder), `${base}.${exportForms[form].ending}`) }));
  const there = wanted.find(({ file }) => existsSync(file));
  if (there && !force)
    throw new Failure("CONFLICT", `${there.file} is there already: add --force to replace it, or choose another folder.`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  const written: { form: ExportForm; file: string; bytes: number; sha256: string }[] = [];
  for (const { form, file } of wanted) {
    const path = `${exportForms[form].path}${form === "archive" && files !== "" ? `?files=${files}` : ""}`;
    const response = await client.open("GET", `/experiments/${id}/${path}`);
    const { bytes, sha256 } = await save(response, file, output);
    output.line(`${file}: ${bytesText(bytes)}`);
    written.push({ form, file, bytes, sha256 });
  }
  output.document({ id, files: written });
}

/** Under another name until it is whole. */
async function save(response: Response, file: string, output: Output): Promise<{ bytes: number; sha256: string }> {
  const part = `${file}.part`;
  const hash = createHash("sha256");
  const progress = new Progress(output);
  let bytes = 0;
  const source = async function* () {
    try {
      for await (const piece of response.body ?? []) {
        hash.update(piece);
        bytes += piece.length;
        // How much there will be is not known before it is made.
        if (output.isTerminal) progress.show(0, `${bytesText(bytes)} of ${file}`, "");
        yield piece;
      }
    } catch (error) {
      throw new Failure(
        "UNAVAILABLE",
        `The server stopped sending ${file} after ${bytesText(bytes)} (${reasonOf(error)}): nothing is kept of it. Try again, and see the server's log.`,
      );
    }
  };
  try {
    await pipeline(source, createWriteStream(part, { mode: 0o600 }));
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error instanceof Failure ? error : cannotWrite(file, error);
  } finally {
    progress.stop();
  }
  return { bytes, sha256: hash.digest("hex") };
}

function cannotWrite(path: string, error: unknown): Failure {
  if (isDiskFull(error))
    return new Failure("DISK_FULL", `The disk of ${path} is full: free some space, or choose another folder with --to.`);
  const { code = "unknown" } = error as NodeJS.ErrnoException;
  return new Failure("INVALID", `${path} cannot be written (${code}): choose another folder with --to.`);
}

/** A name as part of a file's name, on any system. */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z\d]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60)
    .replace(/-+$/, "") || "experiment";
