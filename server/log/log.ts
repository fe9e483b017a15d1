import pino from "pino";

type Level = "info" | "warn" | "error";

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

interface Sink {
  isTerminal: boolean;
  write: (line: string) => void;
}

/** A line that pino made, as it is: JSON for the programs that collect logs; on a terminal, plain text. */
function toSink({ isTerminal, write }: Sink) {
  const asText = (line: string): string => {
    const { time, level, message } = JSON.parse(line) as { time: string; level: Level; message: string };
    return `${time.slice(11, 19)} ${level === "info" ? "" : `${level}: `}${message}`;
  };
  return { write: (line: string) => write(isTerminal ? asText(line) : line.trimEnd()) };
}

/** A log that writes what happens to `out`, and what goes wrong to `err`. */
export function makeLog(out: Sink, err: Sink, now: () => Date = () => new Date()) {
  const lines = pino(
    {
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    pino.multistream(
      [
        { level: "info", stream: toSink(out) },
        { level: "warn", stream: toSink(err) },
      ],
      { dedupe: true },
    ),
  );
  return {
    info: (text: string): void => lines.info(plain(text)),
    warning: (text: string): void => lines.warn(plain(text)),
    /** @param error what happened, in short */
    error: (text: string, error?: unknown): void =>
      lines.error(plain(error === undefined ? text : `${text}: ${errorInShort(error)}`)),
    /** An error that nobody expected, with where it came from. */
    unexpected: (text: string, error: unknown): void => lines.error(plain(`${text}: ${errorInShort(error, true)}`)),
  };
}

// By the console, which outlives a closed pipe: the server runs on when nobody reads its output any longer.
export const log = makeLog(
  { isTerminal: Boolean(process.stdout.isTTY), write: (line) => console.log(line) },
  { isTerminal: Boolean(process.stderr.isTTY), write: (line) => console.error(line) },
);
