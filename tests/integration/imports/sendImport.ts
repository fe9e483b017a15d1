import type { ApiError } from "../../../contract/api/apiError.ts";
import type { CarriedOut, ImportChoices, ImportPlan, UploadedImport } from "../../../contract/wire/imports.ts";
import { type ApiAnswer, type ApiOptions, askApi } from "../../support/client/api.ts";
import type { TestServer } from "../../support/processes/server.ts";

/** Imports as a program does them by the API. */

export interface NamedFile {
  name: string;
  content: string | Uint8Array<ArrayBuffer>;
}

type Options = Pick<ApiOptions, "token" | "headers">;

export function sendFile<T = UploadedImport>(
  server: TestServer,
  { name, content }: NamedFile,
  query: Record<string, string> = {},
  { token, headers }: Options = {},
): Promise<ApiAnswer<T>> {
  return askApi<T>(server, "POST", `/imports?${new URLSearchParams({ name, ...query })}`, {
    ...(token === undefined ? {} : { token }),
    headers: { "content-type": "application/octet-stream", ...headers },
    bytes: content,
  });
}

/** Sends files of one import. @throws with the server's words */
export async function send(server: TestServer, files: readonly NamedFile[]): Promise<UploadedImport & { plan: ImportPlan }> {
  let sent: UploadedImport | undefined;
  for (const [at, file] of files.entries()) {
    const more = String(at < files.length - 1);
    const { status, body } = await sendFile(server, file, { ...(sent && { import: sent.id }), more });
    if (status !== 201) throw new Error((body as unknown as ApiError).error.message);
    sent = body;
  }
  return sent as UploadedImport & { plan: ImportPlan };
}

export const planOf = (server: TestServer, id: string, choices: ImportChoices, options: Options = {}) =>
  askApi<ImportPlan & ApiError>(server, "POST", `/imports/${id}/plan`, { body: choices, ...options });

export const carryOut = (server: TestServer, id: string, choices: ImportChoices = {}, options: Options = {}) =>
  askApi<CarriedOut & ApiError>(server, "POST", `/imports/${id}`, { body: choices, ...options });

/** The message with which files are refused, as they are sent. */
export async function refusalOf(server: TestServer, files: readonly NamedFile[]): Promise<string> {
  return send(server, files).then(
    () => "",
    (error: Error) => error.message,
  );
}
