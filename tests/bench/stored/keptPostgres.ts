import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { findBinaries, freePort, unprivileged, untilUp } from "../../support/processes/postgres.ts";

export interface KeptPostgres {
  url: string;
  /** Of its first process. */
  pid: number;
  /** The rows stay. */
  stop(): Promise<void>;
}

/** The machine's Postgres with its usual settings on a folder that is kept, which is made if need be. */
export async function startKeptPostgres(folder: string, settings: string[] = []): Promise<KeptPostgres> {
  const binaries = findBinaries();
  if (binaries === null) throw new Error("this bench needs the programs initdb and postgres");
  const user = unprivileged();
  mkdirSync(folder, { recursive: true });
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const asUser = { ...user, cwd: folder };
  if (!existsSync(data))
    execFileSync(join(binaries, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], {
      ...asUser,
      stdio: "ignore",
    });
  const port = await freePort();
  const all = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "max_connections=100", ...settings];
  const server = spawn(
    join(binaries, "postgres"),
    ["-D", data, "-p", String(port), ...all.flatMap((setting) => ["-c", setting])],
    { ...asUser, stdio: "ignore" },
  );
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilUp(url);
  return {
    url,
    pid: server.pid!,
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
    },
  };
}
