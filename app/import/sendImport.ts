import type { CarriedOut, ImportChoices, ImportPlan, UploadedImport } from "../../contract/wire/imports.ts";

const address = "/api/v1/imports";

/** A file as it is sent: with the folders that it was in. */
export interface SentFile {
  name: string;
  file: File;
}

interface Answer {
  error?: { message: string };
}

/** With an upload's progress, which fetch does not tell. */
function post<T>(path: string, body: Blob | string, type: string, onProgress?: (sent: number) => void, signal?: AbortSignal) {
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("content-type", type);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => onProgress?.(loaded);
    request.onload = () => {
      const answer = request.response as (T & Answer) | null;
      if (request.status < 300 && answer !== null) resolve(answer);
      else reject(new Error(answer?.error?.message ?? `The server refused this (${request.status}).`));
    };
    request.onerror = () => reject(new Error("The server does not answer. Try again once it does."));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

/**
 * Sends files, one after the other. @returns the import that waits, with what it would make
 * @throws Error with the server's words
 */
export async function sendFiles(
  files: readonly SentFile[],
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<UploadedImport> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  let before = 0;
  let sent: UploadedImport | null = null;
  for (const [at, { name, file }] of files.entries()) {
    const query = new URLSearchParams({ name, ...(sent && { import: sent.id }), more: String(at < files.length - 1) });
    const tell = (bytes: number) => onProgress(total === 0 ? 1 : (before + bytes) / total);
    sent = await post<UploadedImport>(`${address}?${query}`, file, "application/octet-stream", tell, signal);
    before += file.size;
  }
  if (sent === null) throw new Error("Choose a file first.");
  return sent;
}

const ask = <T>(path: string, choices: ImportChoices): Promise<T> => post(path, JSON.stringify(choices), "application/json");

/** What an import would make by these choices. @throws Error with the server's words */
export const planImport = (id: string, choices: ImportChoices): Promise<ImportPlan> => ask(`${address}/${id}/plan`, choices);
/** Makes it. @throws Error with the server's words */
export const carryOutImport = (id: string, choices: ImportChoices): Promise<CarriedOut> => ask(`${address}/${id}`, choices);

/** Files that are not wanted any more; the server throws away by itself what is forgotten. */
export const dropImport = (id: string): void => {
  void fetch(`${address}/${id}`, { method: "DELETE" }).catch(() => undefined);
};
