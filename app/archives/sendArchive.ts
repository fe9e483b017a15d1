import type { ArchiveSummary } from "../../contract/wire/archiveFormat.ts";

const address = "/api/v1/archives";

async function send<T>(path: string, file: Blob): Promise<T> {
  const answer = await fetch(path, { method: "POST", body: file, headers: { "content-type": "application/zip" } });
  const body = (await answer.json().catch(() => null)) as (T & { error?: { message: string } }) | null;
  if (answer.ok && body !== null) return body;
  throw new Error(body?.error?.message ?? `The server refused the file (${answer.status}).`);
}

/** What an archive would make. @throws Error with the server's words */
export const inspectArchive = (file: Blob): Promise<ArchiveSummary> => send(`${address}/inspect`, file);
/** Stores the experiment of an archive. @throws Error with the server's words */
export const importArchive = (file: Blob): Promise<ArchiveSummary & { id: string }> => send(address, file);
