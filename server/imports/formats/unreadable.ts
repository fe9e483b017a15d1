import { Failure } from "../../../contract/failure.ts";

/** A file that cannot be read as what it says it is. @param what the rest of a sentence that begins with its name */
export const unreadable = (name: string, what: string): Failure => new Failure("INVALID", `${name} ${what}.`);

/** A text of a file as a message shows it: quoted, and cut where it is long. */
export const quoted = (text: string, length = 60): string =>
  JSON.stringify(text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text);

export const counted = (count: number): string => count.toLocaleString("en");
