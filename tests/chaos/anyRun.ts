import type { ToRun } from "../../workers/run/messages.ts";
import { scriptedName, scriptedRuns } from "./scriptedRun.ts";

/** The real program of a run, but for studies that are scripted. */
const emit = process.emit.bind(process) as (name: string, ...rest: unknown[]) => boolean;

process.emit = ((name: string, ...rest: unknown[]) => {
  const message = rest[0] as ToRun;
  if (name !== "message" || message.type !== "assign") return emit(name, ...rest);
  if (!message.runs.every(({ assignment }) => assignment.experimentName.startsWith(scriptedName))) return emit(name, ...rest);
  for (const event of ["message", "disconnect", "SIGTERM", "SIGINT"]) process.removeAllListeners(event);
  process.emit = emit as typeof process.emit;
  scriptedRuns(message.runs).catch((error) => {
    console.error(error);
    process.exit(7);
  });
  return true;
}) as typeof process.emit;

await import("../../workers/run/main.ts");
