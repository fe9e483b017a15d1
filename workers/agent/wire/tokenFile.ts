import { readFileSync, type Stats, statSync } from "node:fs";
import { Failure } from "../../../contract/failure.ts";
import { messageOf } from "../../log.ts";

const maxBytes = 4_096;

/**
 * The token in a file, which must be its user's alone; one that somebody else put there (a mounted secret) may be its group's too.
 * @param flag how the file was named
 * @throws Failure INVALID naming the flag, the file, what is wrong with it and the way out
 */
export function readTokenFile(flag: string, path: string): string {
  const refuse = (why: string): never => {
    throw new Failure("INVALID", `${flag} is "${path}": ${why}`);
  };
  const found = attempt(() => statSync(path), refuse);
  if (!found.isFile()) refuse(`it is ${found.isDirectory() ? "a folder" : "no file"}: name the file that holds the token`);
  if (isOpenToOthers(found))
    refuse(
      `its mode is ${(found.mode & 0o777).toString(8).padStart(4, "0")}, so other users can read the token: close it with chmod 600`,
    );
  if (found.size > maxBytes) refuse(`it has ${found.size} bytes, and a token at most ${maxBytes}: is it another file?`);
  const token = attempt(() => readFileSync(path, "utf8"), refuse).trim();
  if (token === "") refuse("it is empty: write the token from the Workers page into it");
  if (/\s/.test(token)) refuse("it holds more than one word: it must hold the token alone");
  return token;
}

function attempt<T>(read: () => T, refuse: (why: string) => never): T {
  try {
    return read();
  } catch (error) {
    return refuse(`it cannot be read: ${messageOf(error)}`);
  }
}

/** Windows has no such modes. */
function isOpenToOthers({ mode, uid }: Stats): boolean {
  const me = process.getuid?.();
  if (me === undefined) return false;
  return (mode & (uid === me && uid !== 0 ? 0o077 : 0o007)) !== 0;
}
