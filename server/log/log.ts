type Level = "info" | "warning" | "error";

const maxTextLength = 4_000;
const maxQueryLength = 300;
/** Control characters, but for the ends of lines and tabs, could hide or forge what a terminal shows. */
const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const plain = (text: string) =>
  text.slice(0, maxTextLength).replace(controls, (sign) => (sign === "\n" || sign === "\t" ? sign : "\ufffd"));

/**
 * What a log may say of an error. A failed query quotes all its parameters, which may be megabytes of points or somebody's secrets: its
 * cause and its beginning say enough.
 */
export function errorInShort(error: unknown, withStack = false): string {
  if (!(error instanceof Error)) return plain(String(error));
  const { query, cause } = error as { query?: unknown; cause?: unknown };
  if (typeof query === "string")
    return `${errorInShort(cause ?? "the query failed", withStack)}\n    in the query: ${plain(query.slice(0, maxQueryLength))}`;
  return plain((withStack && error.stack) || error.message);
}

/** One line of the log: text for a terminal, else JSON for the programs that collect logs. */
export function logLine(level: Level, text: string, isTerminal: boolean, at = new Date()): string {
  const message = plain(text);
  if (!isTerminal) return JSON.stringify({ time: at.toISOString(), level, message });
  return `${at.toISOString().slice(11, 19)} ${level === "info" ? "" : `${level}: `}${message}`;
}

/** The server's log: what happens goes to the standard output, what goes wrong to the standard error. */
export const log = {
  info: (text: string): void => console.log(logLine("info", text, process.stdout.isTTY)),
  warning: (text: string): void => console.error(logLine("warning", text, process.stderr.isTTY)),
  /** @param error what happened, in short */
  error: (text: string, error?: unknown): void =>
    console.error(logLine("error", error === undefined ? text : `${text}: ${errorInShort(error)}`, process.stderr.isTTY)),
  /** An error that nobody expected, with where it came from. */
  unexpected: (text: string, error: unknown): void =>
    console.error(logLine("error", `${text}: ${errorInShort(error, true)}`, process.stderr.isTTY)),
};
