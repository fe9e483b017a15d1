import { fork } from "node:child_process";
import type { Precision } from "../../../contract/precision.ts";
import type { Device } from "../../engine/engine.ts";
import { runEnvironment } from "../../env.ts";

/** A device that runs can compute on, or why they cannot. */
export type TriedDevice = { device: Device } & ({ provider: string; precision: Precision } | { problem: string });
export type FoundDevice = Extract<TriedDevice, { provider: string }>;

/** A machine that is busy with other things takes long to load the libraries. */
const patienceMs = 40_000;

/**
 * Tries devices by computing something small on each, in a process of its own; one whose driver ends or stops that process is missing.
 * @param environment puts the process on a GPU; see slotEnvironment.ts
 */
export async function findDevices(wanted: readonly Device[], environment: Record<string, string> = {}): Promise<TriedDevice[]> {
  const tried: TriedDevice[] = [];
  const child = fork(new URL("./deviceProgram.ts", import.meta.url).pathname, wanted, {
    env: { ...runEnvironment(), ...environment },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning", "--disable-sigusr1"],
  });
  child.on("message", (device) => tried.push(device as TriedDevice));
  await new Promise<void>((resolve) => {
    // One that hangs within its driver may not even end by this.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve();
    }, patienceMs);
    for (const end of ["close", "error"])
      child.once(end, () => {
        clearTimeout(timer);
        resolve();
      });
  });
  return tried;
}
