import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeRevision, programVersion } from "../../contract/programVersion.ts";
import { gitEnvironment } from "./env.ts";

/** Version of the program in a folder; the present one's own by default. */
export function readProgramVersion(root = resolve(import.meta.dirname, "../..")): string {
  const read = (name: string) => orNull(() => readFileSync(join(root, name), "utf8"));
  // The folder is read by whoever runs the program in it, whoever owns it.
  const args = ["-c", "safe.directory=*", ...describeRevision];
  const described = orNull(() =>
    execFileSync("git", args, { cwd: root, env: gitEnvironment(root), stdio: ["ignore", "pipe", "ignore"], timeout: 5_000 })
      .toString()
      .trim(),
  );
  return programVersion(read("package.json"), described, read(".revision"));
}

function orNull<Value>(ask: () => Value): Value | null {
  try {
    return ask();
  } catch {
    return null;
  }
}
