import { arch, cpus, hostname, release, totalmem, type } from "node:os";
import type { Hello } from "../../../contract/wire/workerProtocol.ts";

/** What people want to know about the machine a run was on. */
export function describeMachine(): Hello["machine"] {
  const cores = cpus();
  return {
    host: hostname().slice(0, 200),
    platform: `${type()} ${release()} ${arch()}`.slice(0, 80),
    cpu: (cores[0]?.model.trim() || "unknown").slice(0, 200),
    cores: cores.length,
    memoryBytes: totalmem(),
  };
}
