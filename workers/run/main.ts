/** The process of a run, or of several that train together: prepared without any, given them by IPC, gone when all have ended. See messages.ts. */
import { Failure } from "../../contract/failure.ts";
import { setEnvironment } from "../env.ts";
import { stoppedByWorker } from "./excuse.ts";
import { executeRuns } from "./executeRuns.ts";
import { asFailure } from "./machineFault.ts";
import { Member } from "./member.ts";
import type { FromRun, ToRun } from "./messages.ts";
import { warmUp } from "./warmUp.ts";

const aliveEveryMs = 1_000;

/** Null until runs are assigned. */
let members: Member[] | null = null;

const send = (message: FromRun) => {
  if (process.connected) process.send?.(message, () => {}); // an error means that the agent is gone: "disconnect" follows
};

function take(message: Extract<ToRun, { type: "assign" }>): void {
  const all = message.runs.map((given) => new Member(given, message, send, left));
  members = all;
  executeRuns(all, message.pack, send).catch((error) => endAll(error));
}

function left({ runId }: Member): void {
  if (members?.some(({ isOver }) => !isOver)) {
    send({ type: "left", runId });
    return;
  }
  // The last hint may still be on its way; a run interrupted while something slow loads should not wait for it.
  if (process.connected) process.disconnect();
  process.exit(0);
}

function endAll(error: unknown): void {
  for (const member of members ?? []) member.end(asFailure(error));
}

/** @param runId undefined: all */
function stop(makeReason: () => Failure, checkpoint: boolean, runId?: string): void {
  if (!members) process.exit(0);
  for (const member of members) if (runId === undefined || member.runId === runId) member.stop(makeReason(), checkpoint);
}

process.on("message", (message: ToRun) => {
  const one = "runId" in message ? members?.find(({ runId }) => runId === message.runId) : undefined;
  if (message.type === "environment") setEnvironment(message.set);
  else if (message.type === "assign" && !members) take(message);
  else if (message.type === "note") one?.note(message.note);
  else if (message.type === "keep") one?.keepStored(message.checkpointStep);
  else if (message.type === "drop") one?.drop();
  else if (message.type === "cancel") stop(() => new Failure("CANCELLED", "cancelled"), false, message.runId);
  else if (message.type === "suspend") stop(() => stoppedByWorker(message.stop), true, message.runId);
});
process.on("disconnect", () => stop(() => stoppedByWorker(), true));
// A service manager or a batch system signals every process of the worker, not the agent alone.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop(() => stoppedByWorker("asked"), true));
process.on("SIGUSR1", () => stop(() => stoppedByWorker("time"), true));
process.on("uncaughtException", endAll);
process.on("unhandledRejection", endAll);

setInterval(() => send({ type: "alive" }), aliveEveryMs).unref();
await warmUp();
send({ type: "ready" });
