import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../../contract/failure.ts";
import { log } from "../log/log.ts";
import { newSecret } from "./secrets.ts";

const minBytes = 22;
/** A longer file is something else. */
const maxBytes = 1_000;

/**
 * A random secret that is kept in a file for this user's eyes alone (0600), and made at the first start. A copied or restored file
 * that others could read is closed; one that cannot be used is set aside by name, said on the console, and made again.
 * @throws Failure INVALID where that cannot be done, naming the file
 */
export function keptSecret(file: string): string {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const entry = lstatSync(file, { throwIfNoEntry: false });
    if (entry) {
      const found = read(file);
      if (found.secret !== null) return found.secret;
      const aside = `${file}.unusable-${Date.now()}`;
      renameSync(file, aside);
      log.warning(`${file} could not be used (${found.trouble}): it was set aside as ${aside}, and a new secret was made.`);
    }
    const secret = newSecret();
    writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
    return secret;
  } catch (error) {
    throw new Failure("INVALID", `The secret in ${file} can be neither read nor made: ${(error as Error).message}`);
  }
}

function read(file: string): { secret: string } | { secret: null; trouble: string } {
  const unusable = (trouble: string) => ({ secret: null, trouble });
  try {
    const entry = lstatSync(file);
    if (!entry.isFile()) return unusable("it is not a file");
    if (process.getuid && entry.uid !== process.getuid()) return unusable("it belongs to another user");
    if ((entry.mode & 0o002) !== 0) return unusable("every user could write to it");
    if (entry.size > maxBytes) return unusable(`it has ${entry.size} bytes`);
    if ((entry.mode & 0o077) !== 0) chmodSync(file, 0o600);
    const secret = readFileSync(file, "utf8").trim();
    return secret.length >= minBytes ? { secret } : unusable(`it holds ${secret.length} characters`);
  } catch (error) {
    return unusable((error as Error).message);
  }
}
