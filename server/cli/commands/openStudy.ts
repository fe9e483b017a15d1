import { spawn } from "node:child_process";
import type { ApiClient } from "../client/apiClient.ts";
import { hasScreen } from "../env.ts";
import type { Output } from "../output.ts";

const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
  linux: ["xdg-open"],
};

/** Prints the address of an experiment's page, and opens it in this person's browser where there is one. */
export async function openStudy(
  id: string,
  { client, output, print }: { client: ApiClient; output: Output; print: boolean },
): Promise<void> {
  await client.json("GET", `/experiments/${id}`);
  const url = `${client.url}/e/${id}`;
  output.line(url);
  const opener = openers[process.platform];
  const opens = !print && !output.json && opener !== undefined && hasScreen();
  if (opens) {
    const [program, ...args] = opener;
    const opening = spawn(program, [...args, url], { stdio: "ignore", detached: true });
    opening.once("error", () => output.note(`${program} cannot be started: open the address yourself.`));
    opening.unref();
  }
  output.document({ id, url });
}
