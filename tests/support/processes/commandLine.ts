import { type ChildProcess, spawn } from "node:child_process";
import { projectRoot } from "./server.ts";

const bin = `${projectRoot}/server/cli/collapsar.mjs`;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

interface How {
  /** Added to the environment; undefined: taken out of it. */
  env?: Record<string, string | undefined>;
  /** What it reads from its standard input. */
  input?: string | Buffer;
  cwd?: string;
  /** Another Node than that of the tests. */
  node?: string;
}

/** The program's real bin in a process of its own, without a terminal. */
export class CommandLine {
  out = "";
  err = "";
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(args: readonly string[], { env = {}, input, cwd, node = process.execPath }: How = {}) {
    const {
      DATABASE_URL: _url,
      COLLAPSAR_TOKEN: _token,
      COLLAPSAR_URL: _server,
      COLLAPSAR_ACCESS_KEY: _key,
      ...inherited
    } = process.env;
    this.child = spawn(node, [bin, ...args], { cwd, env: { ...inherited, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
    });
    this.child.stdin!.on("error", () => undefined);
    this.child.stdin!.end(input ?? "");
    this.ended = new Promise((resolve) =>
      this.child.once("close", (code, signal) => resolve({ code, signal, out: this.out, err: this.err })),
    );
  }
}

/** Runs the bin to its end. */
export const collapsar = (args: readonly string[], how?: How): Promise<Ended> => new CommandLine(args, how).ended;

/** The documents that --json printed, one a line. */
export const documents = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Whether a text would move a terminal's cursor, colour it or ring it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const hasControls = (text: string): boolean => /[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text);
