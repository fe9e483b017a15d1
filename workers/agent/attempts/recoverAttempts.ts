import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setAside } from "../../files/setAside.ts";
import { log, messageOf } from "../../log.ts";
import { AttemptSpool } from "../../spool/attemptSpool.ts";
import { isAlive } from "../machine/processIdentity.ts";
import { Attempt } from "./attempt.ts";

/** A run's process whose agent has gone makes a checkpoint and ends: it is given this time. */
const lastCheckpointMs = 15_000;

/** Attempts of earlier lives of this worker whose events the server may not have. */
export function recoverAttempts(spoolFolder: string): Attempt[] {
  const attempts: Attempt[] = [];
  const names = readdirSync(spoolFolder);
  for (const name of names.filter((each) => each.endsWith(".json"))) {
    const spool = AttemptSpool.reopen(spoolFolder, join(spoolFolder, name));
    if (spool) attempts.push(new Attempt(spool));
    else putAside(spoolFolder, name, "it cannot be read");
  }
  for (const name of names.filter((each) => each.endsWith(".jsonl") && !names.includes(each.replace(/jsonl$/, "json"))))
    putAside(spoolFolder, name, "nothing says which lease it belongs to");
  return attempts;
}

/**
 * Waits until the attempt's old process is gone, then sees to it that the spool says how the attempt ended.
 * @throws if the spool is damaged
 */
export async function closeRecovered(attempt: Attempt): Promise<void> {
  const { spool } = attempt;
  const deadline = performance.now() + lastCheckpointMs;
  while (spool.process && isAlive(spool.process)) {
    if (performance.now() > deadline) process.kill(Number.parseInt(spool.process, 10), "SIGKILL");
    await sleep(100);
  }
  const history = spool.inspect();
  if (history.end) return;
  spool.append({
    kind: "ended",
    code: "WORKER_LOST",
    message: "the worker ended without reporting it and was started again",
    step: history.lastStep,
  });
}

function putAside(folder: string, name: string, why: string): void {
  try {
    log(`${name} in the spool is set aside as ${setAside(join(folder, name))}: ${why}`);
  } catch (error) {
    log(`${name} in the spool: ${why}; ${messageOf(error)}`);
  }
}
