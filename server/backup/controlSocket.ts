import { chmodSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { describeError } from "../failures/describeError.ts";

/** A socket's path may not be longer. */
const maxPathLength = 100;
const pathIn = (dataDir: string) => join(dataDir, "control.sock");

/** What programs of the server's own user may ask it for. */
export interface ControlAnswers {
  /** Folder with a new backup. */
  backup: () => Promise<{ folder: string }>;
  /** A token for the API, and the port at which it is valid. */
  token: () => Promise<{ token: string; port: number }>;
}

/**
 * Answers programs of this user, by a socket in the data folder that no other user can open.
 * @returns how to close it
 */
export async function openControlSocket(dataDir: string, answers: ControlAnswers): Promise<() => Promise<void>> {
  const path = pathIn(dataDir);
  if (path.length > maxPathLength) return async () => undefined;
  rmSync(path, { force: true });
  const asked = new Map<string, () => Promise<object>>(Object.entries(answers).map(([name, answer]) => [`/${name}`, answer]));
  const server = createServer((request, response) => {
    const answer = request.method === "POST" ? asked.get(request.url ?? "") : undefined;
    if (answer === undefined) return void response.writeHead(404).end();
    answer().then(
      (value) => response.writeHead(200).end(JSON.stringify(value)),
      (error) => response.writeHead(500).end(JSON.stringify({ message: describeError(error).message })),
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  // The folder may have been there before, and be open to others.
  chmodSync(path, 0o600);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/**
 * Asks the server that runs on a data folder.
 * @returns null if no server listens there
 * @throws Error with what the server says is wrong
 */
export function askServer<What extends keyof ControlAnswers>(
  dataDir: string,
  what: What,
): Promise<Awaited<ReturnType<ControlAnswers[What]>> | null> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: pathIn(dataDir), path: `/${what}`, method: "POST" }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      answer.on("end", () => {
        // A server of an earlier version does not know what is asked.
        if (answer.statusCode === 404) return resolve(null);
        const value = JSON.parse(text) as { message?: string };
        if (answer.statusCode === 200) resolve(value as Awaited<ReturnType<ControlAnswers[What]>>);
        else reject(new Error(value.message));
      });
    });
    asking.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" || error.code === "ECONNREFUSED" ? resolve(null) : reject(error),
    );
    asking.end();
  });
}
