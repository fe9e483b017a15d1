import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { findBinaries, freePort, unprivileged, untilUp } from "../support/processes/postgres.ts";
import { Program } from "./program.ts";

export interface PostgresProgram {
  program: Program;
  port: number;
}

/** Postgres in a folder that is there, of this machine's binaries that can be killed and frozen. @throws if there are no binaries */
export async function startPostgresProgram(folder: string, id: string, log: string): Promise<PostgresProgram> {
  const binaries = findBinaries();
  if (!binaries) throw new Error("--external needs the binaries of Postgres (initdb, postgres) on this machine");
  const user = unprivileged();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const initdb = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];
  execFileSync(join(binaries, "initdb"), initdb, { ...user, cwd: folder, stdio: "ignore" });
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "max_connections=60"];
  const command: [string, ...string[]] = [
    join(binaries, "postgres"),
    ...["-D", data, "-p", String(port)],
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const program = new Program({ name: "postgres", command, env: { CHAOS_ID: id }, log, user, cwd: folder });
  program.start();
  await untilUp(`postgres://postgres@127.0.0.1:${port}/postgres`);
  return { program, port };
}
