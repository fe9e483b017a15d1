import { accessSync, constants, existsSync, type lstatSync, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bytesText } from "../../../contract/launch/workerPlace.ts";
import { type Check, codeOf, fault, ok, warning } from "./check.ts";

/** The data folder as far as it can be known without writing into it. */
export function checkDataFolder(folder: string): Check {
  const name = "data folder";
  const other = "choose another with COLLAPSAR_DATA_DIR";
  let found: ReturnType<typeof lstatSync>;
  try {
    found = statSync(folder);
  } catch (error) {
    if (codeOf(error) !== "ENOENT")
      return fault(name, `${folder} cannot be looked at (${codeOf(error)})`, `make it readable for this user, or ${other}`);
    const parent = existing(folder);
    const problem = refusal(parent);
    return problem === null
      ? ok(name, `${folder} is not there yet; the first start makes it`)
      : fault(
          name,
          `${folder} is not there, and ${parent} ${problem}, so it cannot be made`,
          `make ${parent} writable for this user, or ${other}`,
        );
  }
  if (!found.isDirectory())
    return fault(name, `${folder} is ${found.isFile() ? "a file" : "no folder"}`, `move it away, or ${other}`);
  const problem = refusal(folder) ?? partProblem(folder);
  if (problem !== null) return fault(name, `${folder} ${problem}`, `make all of it this user's own (chown -R), or ${other}`);
  return ok(name, folder);
}

/** What keeps this user from using a folder. */
function refusal(folder: string): string | null {
  try {
    if (!statSync(folder).isDirectory()) return "is not a folder";
    readdirSync(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = codeOf(error);
    if (code === "EROFS") return "is on a disk that takes no writes";
    return code === "EACCES" ? "is not this user's to read and write" : `cannot be used (${code})`;
  }
}

/** Parts that a server opens first. */
function partProblem(folder: string): string | null {
  for (const part of ["database", "artefacts", "worker"]) {
    const path = join(folder, part);
    if (!existsSync(path)) continue;
    const problem = refusal(path);
    if (problem !== null) return `holds ${part}, which ${problem}`;
  }
  for (const part of ["access-key", "server.json"]) {
    const path = join(folder, part);
    if (!existsSync(path)) continue;
    try {
      readFileSync(path);
    } catch (error) {
      return `holds ${part}, which cannot be read (${codeOf(error)})`;
    }
  }
  return null;
}

/** The nearest folder above that is there. */
function existing(path: string): string {
  const above = dirname(path);
  return above === path || existsSync(above) ? above : existing(above);
}

interface Reserves {
  /** Free space below which no new data is taken, and below which files of runs are not, bytes. */
  databaseBytes: number;
  filesBytes: number;
}

/** Room for data and for temporary files. */
export function checkDisks(dataDir: string, { databaseBytes, filesBytes }: Reserves): Check[] {
  const folder = existsSync(dataDir) ? dataDir : existing(dataDir);
  return [
    checkDisk("disk of the data folder", folder, databaseBytes, filesBytes),
    checkDisk("disk of temporary files", tmpdir(), 50e6, 500e6),
  ];
}

function checkDisk(name: string, folder: string, least: number, usual: number): Check {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(folder);
    const free = bavail * bsize;
    const found = `${bytesText(free)} free at ${folder}`;
    const wayOut = "free some, or move the folder to a larger disk";
    if (files > 0 && ffree === 0) return fault(name, `no more files can be made at ${folder}: its disk is out of inodes`, wayOut);
    if (free < least) return fault(name, `${found}, and with less than ${bytesText(least)} nothing new is stored`, wayOut);
    if (free < usual) return warning(name, `${found}, less than the ${bytesText(usual)} that are to stay free`, wayOut);
    return ok(name, found);
  } catch (error) {
    return fault(
      name,
      `${folder} cannot be asked for its free space (${codeOf(error)})`,
      "check that the folder is there and this user's",
    );
  }
}
