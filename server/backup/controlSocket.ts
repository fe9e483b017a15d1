import { chmodSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { describeError } from "../failures/describeError.ts";

/** A socket's path may not be longer. */
const maxPathLength = 100;
const pathIn = (dataDir: string) => join(dataDir, "control.sock");

/**
 * Lets programs of this user ask the running server for a backup, by a socket in the data folder that no other user can open.
 * @returns how to close it
 */
export async function openControlSocket(dataDir: string, stage: () => Promise<string>): Promise<() => Promise<void>> {
  const path = pathIn(dataDir);
  if (path.length > maxPathLength) return async () => undefined;
  rmSync(path, { force: true });
  const server = createServer((asked, response) => {
    if (asked.method !== "POST" || asked.url !== "/backup") return void response.writeHead(404).end();
    stage().then(
      (folder) => response.writeHead(200).end(JSON.stringify({ folder })),
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

/** Asks the server that runs on a data folder. @returns the backup's folder; null if no server listens there */
export function askForBackup(dataDir: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: pathIn(dataDir), path: "/backup", method: "POST" }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      answer.on("end", () => {
        const { folder, message } = JSON.parse(text) as { folder?: string; message?: string };
        if (folder) resolve(folder);
        else reject(new Error(message));
      });
    });
    asking.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" || error.code === "ECONNREFUSED" ? resolve(null) : reject(error),
    );
    asking.end();
  });
}
