import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { log } from "../log/log.ts";

/** What the pages are made of. */
const sources = ["app", "contract", "math", "server/appRouter.ts", "next.config.mjs", "package-lock.json"];

/**
 * Builds the pages if there is no build of the present sources.
 * @throws Failure INTERNAL with the end of the builder's output
 */
export async function ensureBuild(root: string, built: string): Promise<void> {
  const stampFile = join(built, "collapsar-sources");
  const buildFile = join(built, "BUILD_ID");
  const files = sources.flatMap((source) => listFiles(join(root, source))).sort();
  const stamp = hashFiles(root, files);
  if (existsSync(buildFile)) {
    if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
    // `npm run build` leaves no stamp: a build that is newer than every source is as good.
    const builtAt = statSync(buildFile).mtimeMs;
    if (files.every((file) => statSync(file).mtimeMs < builtAt)) return keepStamp(stampFile, stamp);
  }
  log.info("Building the pages; this takes a minute, and is done only when they have changed.");
  await build(root);
  writeFileSync(stampFile, stamp);
}

/** In an image the program's folder cannot be written to: then the files are looked at again at the next start. */
function keepStamp(file: string, stamp: string): void {
  try {
    writeFileSync(file, stamp);
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function listFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).flatMap((name) => listFiles(join(path, name)));
}

function hashFiles(root: string, files: string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

async function build(root: string): Promise<void> {
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [next, "build"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (text: Buffer) => {
    output = (output + text).slice(-4_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  if (code !== 0) throw new Failure("INTERNAL", `The pages could not be built:\n${output}`);
}
