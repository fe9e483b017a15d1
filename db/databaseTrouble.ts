import { Failure, isDiskFull } from "../contract/failure.ts";

export interface DatabaseTrouble {
  /** What people are shown. */
  failure: Failure;
  /** The reason alone, in a few words. */
  why: string;
  /** Whether waiting may help: a wrong password does not mend itself. */
  mayPass: boolean;
}

/** By SQLSTATE, its first letters where a whole class means the same; the longest one counts. */
const bySqlState: Record<string, [why: string, mayPass: boolean]> = {
  "08": ["the connection to it was lost", true],
  "25006": ["it takes no writes: it is a standby, or set to read-only", true],
  "25P03": ["the connection to it was lost", true],
  "28": ["it refuses this user or this password", false],
  "3D000": ["it has no database of this name", false],
  "40": ["another change was under way", true],
  "42501": ["its user lacks a right that Collapsar needs", false],
  "53": ["it is out of resources", true],
  "53200": ["it is out of memory", true],
  "53300": ["all of its connections are in use", true],
  "55P03": ["another change holds what this one needs", true],
  "57014": ["it took too long", true],
  "57P01": ["it is shutting down", true],
  "57P02": ["it crashed and is recovering", true],
  "57P03": ["it is starting up", true],
  "57P04": ["its database was dropped", false],
  "57P05": ["the connection to it was lost", true],
  "58": ["its disk is failing", true],
  XX001: ["its files are damaged: restore a backup", false],
  XX002: ["its files are damaged: restore a backup", false],
};

const byNetworkCode: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection to it was lost",
  EPIPE: "the connection to it was lost",
  ETIMEDOUT: "nothing came back in time",
  EHOSTUNREACH: "its machine is not reachable",
  ENETUNREACH: "its machine is not reachable",
  ENETDOWN: "its machine is not reachable",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name cannot be looked up",
};

/** The client library's own complaints carry no code, nor does Turnstile's. */
const byMessage: [RegExp, string][] = [
  [/^(timeout exceeded when trying to connect|no turn at the database)/, "no connection was free in time"],
  [/^(Query read timeout|Connection terminated due to connection timeout|timeout expired)/, "nothing came back in time"],
  [/^(Connection terminated|Client (has encountered|was closed)|Cannot use a pool after)/, "the connection to it was lost"],
];

const meanwhile = "Runs continue to train, and their workers keep what they measure until it can be stored.";

/** What is wrong with the database, as far as an error says so: away, slow, full or shut; null if the error is something else. */
export function databaseTrouble(error: unknown): DatabaseTrouble | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (cause instanceof Failure)
      return cause.code === "DISK_FULL" ? { failure: cause, why: "its disk is full", mayPass: true } : null;
    if (code === "53100") return diskFull("The disk of the database is full");
    if (isDiskFull(cause)) return diskFull("The server's disk is full");
    const state = code && bySqlState[[code, code.slice(0, 2)].find((key) => key in bySqlState) ?? ""];
    if (state && code.length === 5) return trouble(...state);
    const network = code === "ENOENT" && syscall === "connect" ? "it is not running" : byNetworkCode[code ?? ""];
    if (network !== undefined) return trouble(network, true);
    const said = byMessage.find(([pattern]) => pattern.test((cause as Error).message));
    if (said) return trouble(said[1], true);
  }
  return null;
}

const trouble = (why: string, mayPass: boolean): DatabaseTrouble => ({
  failure: new Failure("UNAVAILABLE", `The database is not answering properly: ${why}. ${meanwhile}`),
  why,
  mayPass,
});

const diskFull = (what: string): DatabaseTrouble => ({
  failure: new Failure(
    "DISK_FULL",
    `${what}: nothing new can be stored until there is room on it. What is stored can be read. ${meanwhile}`,
  ),
  why: "its disk is full",
  mayPass: true,
});

/** Whether the connection itself can no longer be used: nothing more can be said over it, not even "rollback". */
export function isLineLost(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code && (code in byNetworkCode || /^(08|57P0)/.test(code))) return true;
    if (byMessage.some(([pattern]) => pattern.test((cause as Error).message))) return true;
  }
  return false;
}
