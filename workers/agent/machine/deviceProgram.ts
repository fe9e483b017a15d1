/** The process that looks for devices: a driver that crashes takes only this process with it. See findDevices.ts. */
import { createEngine } from "../../engine/createEngine.ts";
import type { Device } from "../../engine/engine.ts";

for (const device of process.argv.slice(2) as Device[]) {
  try {
    const { choice } = await createEngine({ device });
    process.send?.({ device, provider: choice.provider });
  } catch {} // not there: the run that asks for it says why
}
process.exit(0);
