/** The server's program: `node server/main.ts [--dev | --no-pages] [--json]`. */
import { Failure } from "../contract/failure.ts";
import { errorInShort, log } from "./log/log.ts";
import { serverSettings } from "./program/env.ts";
import { type RunningServer, startServer } from "./startServer.ts";

const flags = process.argv.slice(2);
const unknown = flags.find((flag) => !["--dev", "--no-pages", "--json"].includes(flag));
const isJson = flags.includes("--json");

/** A second SIGTERM this soon after the first is its echo. */
const graceMs = 15_000;

const say = (error: unknown) => {
  const message = errorInShort(error, !(error instanceof Failure));
  if (isJson) console.log(JSON.stringify({ error: { code: error instanceof Failure ? error.code : "INTERNAL", message } }));
  else console.error(message);
};

// The reader of our output may be gone, and every failed write would be another error to print: studies continue without it.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
// Node would open its debugger for it. Batch systems send it to whole groups of processes.
process.on("SIGUSR1", () => {});
// One unhandled rejection must not end the studies that are running.
process.on("unhandledRejection", (error) => log.unexpected("unexpected", error));

try {
  if (unknown) throw new Failure("INVALID", `Unknown flag ${unknown}: the flags are --dev, --no-pages and --json.`);
  const pages = flags.includes("--no-pages") ? "none" : flags.includes("--dev") ? "dev" : "built";
  let server: RunningServer | null = null;
  /** When it was first asked to stop, ms of this process' clock. */
  let askedAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      // It may still be waiting for its database: there is nothing to shut down cleanly yet.
      if (server === null) {
        console.log(isJson ? JSON.stringify({ event: "stopped" }) : "Stopped before it was ready.");
        process.exit(0);
      }
      if (askedAt !== null) {
        // A service manager signals the whole group, and npm forwards its own signal: that is one request, not two.
        if (signal === "SIGINT" || performance.now() - askedAt > graceMs) process.exit(1);
        return;
      }
      askedAt = performance.now();
      console.log(isJson ? JSON.stringify({ event: "stopping" }) : "Stopping. Press Ctrl+C again to stop now.");
      server.stop().then(
        () => process.exit(0),
        (error) => {
          say(error);
          process.exit(1);
        },
      );
    });
  server = await startServer(serverSettings(), pages, (error) => {
    log.error(`Collapsar cannot continue: ${error.message}`);
    process.exit(1);
  });
  const { address, entryHint: hint } = server;
  console.log(isJson ? JSON.stringify({ event: "ready", address, hint }) : `Collapsar is ready at ${address}\n${hint}`);
} catch (error) {
  say(error);
  process.exit(1);
}
