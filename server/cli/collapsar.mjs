#!/usr/bin/env node
// The program's command line, `npx collapsar …`: plain JavaScript for any Node, which hands over to the one that the program brings.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const program = [join(root, "server/install/run.mjs"), join(root, "server/cli/main.ts")];
const own = join(root, "node_modules/node/bin/node");

if (existsSync(own) && realpathSync(own) !== realpathSync(process.execPath)) {
  const child = spawn(own, [...program, ...process.argv.slice(2)], { stdio: "inherit" });
  child.once("error", (error) => {
    console.error(`${own} does not start (${error.message}): run "npm ci --omit=dev" in ${root}, then try again.`);
    process.exit(1);
  });
  // A terminal sends Ctrl+C to both; whoever signals this process alone means the other one.
  const isOnTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"])
    process.on(signal, () => {
      if (signal !== "SIGINT" || !isOnTerminal) child.kill(signal);
    });
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} else {
  process.argv.splice(1, Number.POSITIVE_INFINITY, ...program, ...process.argv.slice(2));
  await import("../install/run.mjs");
}
