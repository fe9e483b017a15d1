import { availableParallelism } from "node:os";
import type { DeviceChoice } from "../../../contract/config/runConfig.ts";
import { precisionText } from "../../../contract/precision.ts";
import type { Device } from "../../engine/engine.ts";
import { count, log } from "../../log.ts";
import { type FoundDevice, findDevices, type TriedDevice } from "./findDevices.ts";
import { hasAdapterSelector, type VulkanSettings } from "./gpus/adapterSelector.ts";
import type { GpuReading } from "./gpus/gpu.ts";
import { GpuMeter } from "./gpus/gpuMeter.ts";
import { type GpuPlace, GpuSlots } from "./gpus/gpuSlots.ts";
import { readGpus } from "./gpus/readGpus.ts";
import { type GivenGpus, type VisibleGpu, visibleGpus } from "./gpus/visibleGpus.ts";
import { slotEnvironment } from "./slotEnvironment.ts";

/** What a worker can do at the same time, and on what. */
export interface Capacity {
  slots: number;
  /** Threads of one run: threads × slots does not exceed the cores. */
  threads: number;
  /** One line per device, for people. */
  devices: string[];
  gpus: GpuSlots;
}

/** How the GPUs of a machine are found and read. */
export interface GpuSettings {
  given: GivenGpus;
  vulkan: VulkanSettings;
  /** Holds /sys and /proc. */
  systemRoot: string;
  /** nvidia-smi is killed after so long, ms. */
  patienceMs: number;
  /** Time between two readings of their use, ms. */
  everyMs: number;
}

interface Wanted {
  device: DeviceChoice;
  slots: number | null;
  /** Given by a batch system; null: all that this process may use. */
  cores: number | null;
  gpus: GpuSettings;
}

/** GPUs that are tried at the same time: each takes a process and, for a while, a core. */
const atOnce = Math.min(4, availableParallelism());

/**
 * How many runs at the same time, with how many threads each, and on which GPUs. Two processes of one thread do more together than one of
 * two, so there is a slot for each core; a GPU has one, and its run needs few threads.
 */
export async function findCapacity(wanted: Wanted): Promise<Capacity> {
  const { device, slots, gpus: settings } = wanted;
  const reading = device === "cpu" ? noGpus : await readGpus(settings);
  const visible = visibleGpus(reading.gpus, settings.given);
  const hasSelector = hasAdapterSelector(settings.vulkan);
  const tried = await tryEach(visible, device, hasSelector);
  const found = bestFirst(tried.flatMap(({ devices }) => devices));
  const best = found[0]?.device ?? "cpu";
  const gpus = best === "cpu" ? new GpuSlots([], null) : placesFor(best, tried, reading, wanted, hasSelector);
  const cores = Math.min(availableParallelism(), wanted.cores ?? Number.POSITIVE_INFINITY);
  const own = slots ?? (best === "cpu" ? cores : Math.max(1, gpus.note === null ? gpus.places.length : 1));
  const capacity = {
    slots: Math.min(256, own),
    threads: Math.max(1, Math.floor(cores / own)),
    devices: found.map((each) => describeDevice(each, gpus.places)),
    gpus,
  };
  if (found.length === 0) log(`The device "${device}" is not available: runs will say why`);
  log(
    `${count(capacity.slots, "slot")}, ${count(capacity.threads, "thread")} each; devices: ${capacity.devices.join(", ") || "none"}`,
  );
  for (const note of [gpus.note, gpus.use.note]) if (note !== null) log(note);
  return capacity;
}

const noGpus: GpuReading = { gpus: [], note: null, isFailing: false };

interface TriedGpu {
  /** null: whatever the devices take by themselves. */
  visible: VisibleGpu | null;
  devices: TriedDevice[];
}

/** Each GPU by itself: one that is broken leaves the others of use. */
async function tryEach(visible: VisibleGpu[], choice: DeviceChoice, hasSelector: boolean): Promise<TriedGpu[]> {
  // Every process computes on it before it takes a run.
  if (choice === "cpu")
    return [{ visible: null, devices: [{ device: "cpu", provider: "onnxruntime cpu", precision: "float32" }] }];
  const onGpu: Device[] = choice === "auto" ? ["cuda", "webgpu"] : [choice];
  const onCpu: Device[] = choice === "auto" ? ["cpu"] : [];
  if (visible.length === 0) return [{ visible: null, devices: await findDevices([...onGpu, ...onCpu]) }];
  const tried: TriedGpu[] = visible.map((gpu) => ({ visible: gpu, devices: [] }));
  const waiting = [...tried];
  const tryNext = async () => {
    for (let next = waiting.shift(); next?.visible; next = waiting.shift())
      next.devices = await findDevices(onGpu, slotEnvironment(next.visible, hasSelector));
  };
  await Promise.all(Array.from({ length: atOnce }, tryNext));
  return onCpu.length === 0 ? tried : [...tried, { visible: null, devices: await findDevices(onCpu) }];
}

const order: readonly Device[] = ["cuda", "webgpu", "cpu"];

/** The devices that were found on any GPU, each once; where one rounds, that is what is said. */
function bestFirst(tried: readonly TriedDevice[]): FoundDevice[] {
  const found = tried.filter((each): each is FoundDevice => "provider" in each);
  return order.flatMap((device) => {
    const same = found.filter((each) => each.device === device);
    return same.find(({ precision }) => precision !== "float32") ?? same[0] ?? [];
  });
}

/** The GPUs that runs are put on, where the best device is one of theirs. */
function placesFor(
  best: Device,
  tried: TriedGpu[],
  reading: GpuReading,
  { gpus: settings }: Wanted,
  hasSelector: boolean,
): GpuSlots {
  const places: GpuPlace[] = [];
  for (const { visible, devices } of tried) {
    if (visible === null || (best === "cuda" && visible.cuda === null)) continue;
    const gpu = visible.gpu ?? { name: "NVIDIA GPU", memoryBytes: null, uuid: visible.cuda, busId: null };
    const result = devices.find(({ device }) => device === best);
    if (result && "provider" in result) places.push({ gpu, environment: slotEnvironment(visible, hasSelector) });
    else
      log(`The GPU ${gpu.name}${gpu.busId ? ` at ${gpu.busId}` : ""} is left out: ${result?.problem ?? "trying it did not end"}`);
  }
  const meter = places.length === 0 ? null : new GpuMeter(reading, { read: () => readGpus(settings), everyMs: settings.everyMs });
  const isChosen = best === "cuda" || places.length <= 1 || places.every(({ environment }) => "DRI_PRIME" in environment);
  if (isChosen) return new GpuSlots(places.map(named), meter);
  const note = `WebGPU cannot be told which of these ${places.length} GPUs to use, so all runs are on the first that Vulkan lists: there is one slot. Mesa's Vulkan layer (VK_LAYER_MESA_device_select), or a worker in a container for each GPU, uses them all.`;
  return new GpuSlots(places, meter, note);
}

/** Runs say on which GPU they were. */
const named = ({ gpu, environment }: GpuPlace): GpuPlace => ({ gpu, environment: { ...environment, COLLAPSAR_GPU: gpu.name } });

function describeDevice({ device, provider, precision }: FoundDevice, places: readonly GpuPlace[]): string {
  if (device === "cpu" && precision === "float32") return `${device} (${provider})`;
  const names = device === "cpu" ? [] : [...new Set(places.map(({ gpu }) => gpu.name))];
  return `${device} (${[provider, ...names, precisionText(precision)].join(", ")})`.slice(0, 200);
}
