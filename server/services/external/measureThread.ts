import { parentPort } from "node:worker_threads";
import { externalFindings, type Measured } from "./externalFindings.ts";

/** A thread for measures that would hold up the server: many classes of many numbers. */
parentPort?.on("message", ({ id, measured }: { id: number; measured: Measured }) => {
  try {
    parentPort?.postMessage({ id, findings: externalFindings(measured) });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
