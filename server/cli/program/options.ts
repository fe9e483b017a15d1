import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { ApiClient } from "../client/apiClient.ts";
import { localToken } from "../client/localToken.ts";
import { clientSettings } from "../env.ts";
import { endWithReader, Output } from "../output.ts";
import { type ExportForm, exportForms, fileKinds } from "./exportForms.ts";

/** Options that several commands take, and how their values are read. */

export const json = () => new Option("--json", "print JSON, one document a line, for programs");
export const server = () =>
  new Option("--server <url>", "the server's address (default: COLLAPSAR_URL, else http://localhost:4040)");
export const token = () =>
  new Option("--token <token>", "an API token; better in the environment as COLLAPSAR_TOKEN, where other users cannot read it");
export const patience = () =>
  new Option("--patience <seconds>", "how long a server that no longer answers is waited for")
    .argParser(seconds)
    .default(600_000, "600");

interface Connection {
  server?: string;
  token?: string;
  json?: true;
}

export function outputOf(json: true | undefined): Output {
  endWithReader();
  return new Output(json === true);
}

/** The server that a command asks, and where it prints. @throws UsageFailure */
export function terms(options: Connection): { client: ApiClient; output: Output } {
  const { url, token: given } = clientSettings(options);
  return { client: new ApiClient(url, given, localToken), output: outputOf(options.json) };
}

const listOf = (text: string, known: readonly string[]): string[] => {
  const asked = text.split(",").map((one) => one.trim());
  const unknown = asked.find((one) => !known.includes(one));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${known.join(", ")}.`);
  return [...new Set(asked)];
};

export const forms = (text: string): ExportForm[] => listOf(text, Object.keys(exportForms)) as ExportForm[];
export const files = (text: string): string => listOf(text, fileKinds).join(",");

function seconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("It must be a whole number of seconds.");
  return 1_000 * Number(text);
}
