import { cpus, freemem, totalmem } from "node:os";
import type { Heartbeat } from "../../../contract/wire/workerProtocol.ts";

/** A meter of the machine: each reading is the share of all cores in use since the reading before, 0…1, and the memory in use now. */
export function systemMeter(): () => Heartbeat["system"] {
  let before = coreTimes();
  return () => {
    const now = coreTimes();
    const total = now.total - before.total;
    const cpu = total > 0 ? Math.min(1, Math.max(0, 1 - (now.idle - before.idle) / total)) : 0;
    before = now;
    return { cpu, memoryUsedBytes: totalmem() - freemem(), memoryTotalBytes: totalmem() };
  };
}

function coreTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}
