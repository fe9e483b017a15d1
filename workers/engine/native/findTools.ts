import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Failure } from "../../../contract/failure.ts";
import { compilerName } from "../../env.ts";

const answers = (command: string) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/** What node-gyp compiles with. @throws Failure naming all that is missing */
export function requireCompiler(): void {
  const missing = [compilerName(), "make", "python3"].filter((command) => !answers(command));
  if (missing.length > 0)
    throw new Failure(
      "INVALID",
      `To compile, ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing: on Debian and Ubuntu, "apt-get install g++ make python3" (another compiler: CXX=…).`,
    );
}

const headers = ["node_api.h", "common.gypi", "config.gypi"].map((file) => join("include", "node", file));
const lacking = (folder: string) => headers.filter((file) => !existsSync(join(folder, file)));

/**
 * A folder with Node's headers: the one given, or that of a Node of this machine. Any version serves, because the add-on uses
 * Node-API alone. undefined: node-gyp has to download them. @throws Failure if the folder given lacks them
 */
export function findHeaders(given?: string): string | undefined {
  if (given !== undefined) {
    const missing = lacking(given);
    if (missing.length > 0)
      throw new Failure(
        "INVALID",
        `${given} holds no headers of Node, it lacks ${missing.join(", ")}: name Node's prefix, such as /usr.`,
      );
    return resolve(given);
  }
  const { stdout } = spawnSync("which", ["-a", "node"], { encoding: "utf8" });
  const nodes = [process.execPath, ...(stdout ?? "").split("\n").filter(Boolean)];
  return [...nodes.map((node) => join(dirname(realpathSync(node)), "..")), "/usr", "/usr/local"].find(
    (folder) => lacking(folder).length === 0,
  );
}
