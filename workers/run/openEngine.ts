import { Failure } from "../../contract/failure.ts";
import { createEngine } from "../engine/createEngine.ts";
import type { Engine } from "../engine/engine.ts";
import { machineFault } from "./machineFault.ts";
import type { RunContext } from "./runContext.ts";

/** @throws Failure DEVICE_UNAVAILABLE; WORKER_FAULT where not even the CPU can be used */
export async function openEngine({ device, threads }: Pick<RunContext, "device" | "threads">): Promise<Engine> {
  return createEngine({ device, threads }).catch((error: Error) => {
    const fault = machineFault(error);
    if (fault?.code === "WORKER_FAULT" && ["auto", "cpu"].includes(device)) throw fault;
    throw new Failure("DEVICE_UNAVAILABLE", `${error.message}. Choose the device "auto" or "cpu", or another worker.`);
  });
}
