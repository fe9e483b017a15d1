import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { ConnectedWorker } from "./connectedWorkers.ts";

/** Whether a worker names the device that a run asks for; one that names none may have any. */
export const hasDevice = (
  { place: { devices } }: Pick<ConnectedWorker, "place">,
  { device }: Pick<RunConfig, "device">,
): boolean => device === "auto" || devices.length === 0 || devices.some((line) => line.startsWith(device));
