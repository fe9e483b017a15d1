import { Failure } from "../../../contract/failure.ts";

/** JSON as this program writes it: keys that would reach into an object's own workings are refused. @throws Failure INVALID */
export function parseJson(bytes: Buffer, what: string): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Failure("INVALID", `${what} in the archive is not UTF-8.`);
  }
  try {
    return JSON.parse(text, (key, value) => {
      if (key === "__proto__")
        throw new Failure("INVALID", `${what} in the archive has a key “__proto__”, which no archive has.`);
      return value;
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("INVALID", `${what} in the archive is not JSON.`);
  }
}
