import { Failure } from "../../../contract/failure.ts";
import { storableText } from "../../../contract/wireText.ts";

/** A text of a file as a message shows it: in quotes, and cut where it is long. */
export const quoted = (text: string, length = 60): string =>
  `“${storableText(text.slice(0, 4 * length).replace(/\p{C}/gu, "\ufffd"), length)}”`;

export const counted = (count: number): string => count.toLocaleString("en");

/** What is wrong with a file. @param what the rest of a sentence that begins with its name and place */
export const refuseFile = (name: string, what: string): Failure => new Failure("INVALID", `${storableText(name, 200)}${what}`);
