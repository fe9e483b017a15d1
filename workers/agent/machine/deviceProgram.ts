/** The process that looks for devices: a driver that crashes takes only this process with it. See findDevices.ts. */
import { createEngine } from "../../engine/createEngine.ts";
import type { Device } from "../../engine/engine.ts";
import type { TriedDevice } from "./findDevices.ts";

const tell = (device: TriedDevice) => new Promise((resolve) => process.send?.(device, resolve) ?? resolve(null));

for (const device of process.argv.slice(2) as Device[]) {
  try {
    const { provider, precision } = (await createEngine({ device })).choice;
    await tell({ device, provider, precision });
  } catch (error) {
    await tell({ device, problem: error instanceof Error ? error.message : String(error) });
  }
}
process.exit(0);
