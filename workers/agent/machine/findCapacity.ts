import { availableParallelism } from "node:os";
import type { DeviceChoice } from "../../../contract/config/runConfig.ts";
import { count, log } from "../../log.ts";
import { describeDevices, findDevices, graphicsCards } from "./findDevices.ts";

/** What a worker can do at the same time, and on what. */
export interface Capacity {
  slots: number;
  /** Threads of one run: threads × slots does not exceed the cores. */
  threads: number;
  /** One line per device, for people. */
  devices: string[];
}

/**
 * How many runs at the same time, and with how many threads each. Two processes of one thread do more together than one of
 * two, so there is a slot for each core; a graphics card has one, and its run needs few threads.
 */
export async function findCapacity(wanted: {
  device: DeviceChoice;
  slots: number | null;
  /** Given by a batch system; null: all that this process may use. */
  cores: number | null;
}): Promise<Capacity> {
  const { device, slots } = wanted;
  const [found, cards] = await Promise.all([findDevices(device), graphicsCards()]);
  const cores = Math.min(availableParallelism(), wanted.cores ?? Number.POSITIVE_INFINITY);
  const best = found[0]?.device ?? "cpu";
  const own = slots ?? (best === "cpu" ? cores : Math.max(1, cards.length));
  const capacity = {
    slots: Math.min(256, own),
    threads: Math.max(1, Math.floor(cores / own)),
    devices: describeDevices(found, cards),
  };
  if (found.length === 0) log(`The device "${device}" is not available: runs will say why`);
  log(
    `${count(capacity.slots, "slot")}, ${count(capacity.threads, "thread")} each; devices: ${capacity.devices.join(", ") || "none"}`,
  );
  return capacity;
}
