/**
 * Runs a program of this folder once the installation is in order, and says what is wrong where it is not:
 *   node server/install/run.mjs [--tests] [PROGRAM [ARGUMENT …]]
 * --tests asks for the packages for development too; without a program it only looks.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findFault } from "./findFault.mjs";

// A program that listens for these decides itself. Before it does, nothing has begun: a request to stop ends it, and USR1, by which batch
// systems ask workers to stop, does not open Node's debugger.
for (const signal of ["SIGTERM", "SIGUSR1"])
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const given = process.argv.slice(2);
const tests = given[0] === "--tests";
const [program, ...options] = tests ? given.slice(1) : given;

const fault = findFault(root, { tests });
if (fault !== null) {
  console.error(fault);
  process.exit(1);
}
if (program !== undefined) {
  const file = resolve(root, program);
  process.argv.splice(1, Number.POSITIVE_INFINITY, file, ...options);
  await import(pathToFileURL(file).href);
}
