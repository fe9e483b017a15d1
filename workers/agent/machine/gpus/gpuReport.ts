import type { Heartbeat, Hello } from "../../../../contract/wire/workerProtocol.ts";
import { storableText } from "../../../../contract/wireText.ts";
import type { GpuSlots } from "./gpuSlots.ts";

const nameLength = 200;
const noteLength = 500;

/** What a worker says of its GPUs when it connects: nothing where it computes on the CPU. */
export function gpuList({ places, note }: GpuSlots): Pick<Hello["machine"], "gpus" | "gpusNote"> {
  if (places.length === 0) return {};
  return {
    gpus: places.map(({ gpu }) => ({ name: storableText(gpu.name, nameLength), memoryBytes: gpu.memoryBytes })),
    ...(note !== null && { gpusNote: storableText(note, noteLength) }),
  };
}

/** What it says of them with each heartbeat. */
export function gpuUse({ places, use }: GpuSlots): Pick<Heartbeat["system"], "gpus" | "gpusNote"> {
  if (places.length === 0) return {};
  return { gpus: use.gpus, ...(use.note !== null && { gpusNote: storableText(use.note, noteLength) }) };
}
