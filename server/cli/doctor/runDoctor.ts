import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Failure } from "../../../contract/failure.ts";
import { pagesFolder, projectRoot, type ServerSettings, serverSettings, storagePlace } from "../../program/env.ts";
import { count } from "../count.ts";
import { datasetsFolder } from "../env.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { type Check, codeOf, fault, ok } from "./check.ts";
import { checkDatabase, checkRedis } from "./checkDatabase.ts";
import { checkDataFolder, checkDisks } from "./checkFolders.ts";
import { checkClock, checkMachine } from "./checkMachine.ts";
import { checkProgram } from "./checkProgram.ts";
import { checkServers } from "./checkServer.ts";

/** What is looked at where the settings cannot be read. */
const usual = { host: "127.0.0.1", port: 4040, redisUrl: null, databaseReserveBytes: 64e6, reserveBytes: 500e6 } as const;

/**
 * Looks at everything that the program needs on this machine, changes nothing, and says the way out of what is wrong. No check ends
 * another one.
 * @param findUrl of the server that the commands ask
 * @returns what the program ends with
 */
export async function runDoctor(findUrl: () => string, output: Output): Promise<number> {
  const settings = readSettings();
  const known: Pick<ServerSettings, keyof typeof usual> = settings.value ?? usual;
  const { host, port, redisUrl, databaseReserveBytes, reserveBytes } = known;
  const place = storagePlace();
  const localUrl = `http://${host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host === "::" ? "::1" : host}]` : host}:${port}`;
  const groups: [name: string, look: () => Check[] | Promise<Check[]>][] = [
    ["program", () => checkProgram(projectRoot, pagesFolder())],
    ["settings", () => [settings.check]],
    ["data folder", () => [checkDataFolder(place.dataDir)]],
    ["disk", () => checkDisks(place.dataDir, { databaseBytes: databaseReserveBytes, filesBytes: reserveBytes })],
    ["database", () => checkDatabase(place)],
    ["Redis", () => checkRedis(redisUrl)],
    ["clock", () => [checkClock()]],
    ["server", () => checkServers({ host, port }, findUrl(), localUrl)],
    ["folder of data sets", () => checkOwnSets(datasetsFolder())],
    ["devices", () => checkMachine(projectRoot)],
  ];
  const checks: Check[] = [];
  for (const [name, look] of groups) {
    const found = await Promise.resolve()
      .then(look)
      .catch((error) => [
        error instanceof Failure
          ? fault(name, error.message, "correct that, and look again")
          : fault(name, `it could not be looked at (${codeOf(error)})`, "report this, with what is said above"),
      ]);
    for (const check of found) say(check, output);
    checks.push(...found);
  }
  const countOf = (state: Check["state"]) => checks.filter((check) => check.state === state).length;
  const [faults, warnings] = [countOf("fault"), countOf("warning")];
  output.line(
    `${checks.length} checks: ${faults === 0 ? "nothing is wrong" : count(faults, "fault")}${warnings > 0 ? `, ${count(warnings, "warning")}` : ""}.`,
  );
  output.document({ ok: faults === 0, checks });
  return faults === 0 ? exitCodes.done : exitCodes.faults;
}

function say({ state, name, found, wayOut }: Check, output: Output): void {
  output.line(`${state.padEnd(8)}${name}: ${found}`);
  if (wayOut !== null) output.line(`        → ${wayOut}`);
}

function readSettings(): { value: ServerSettings | null; check: Check } {
  try {
    return { value: serverSettings(), check: ok("settings", "every variable of the environment is valid") };
  } catch (error) {
    const found = error instanceof Failure ? error.message : codeOf(error);
    return {
      value: null,
      check: fault("settings", found, "correct or unset that variable; until then the checks below take the defaults"),
    };
  }
}

/** A folder of data sets that is named and cannot be read is a mistake that no worker would mention. */
function checkOwnSets(folder: string | null): Check[] {
  if (folder === null) return [];
  const path = resolve(folder);
  const wayOut = "correct COLLAPSAR_DATASETS_DIR, or unset it";
  try {
    if (statSync(path).isDirectory()) return [ok("folder of data sets", path)];
    return [fault("folder of data sets", `${path} is not a folder`, wayOut)];
  } catch (error) {
    return [fault("folder of data sets", `${path} cannot be read (${codeOf(error)})`, wayOut)];
  }
}
