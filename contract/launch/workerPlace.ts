/** What a connected worker offers to a run. */
export interface WorkerPlace {
  name: string;
  slots: number;
  /** Of the whole machine; runs side by side share it. */
  memoryBytes: number;
  /** One line a device, that device's name first: "cpu (onnxruntime cpu)". */
  devices: readonly string[];
}

/** The place of a worker, as it tells of itself. */
export const placeOf = (
  worker: Omit<WorkerPlace, "memoryBytes"> & { machine: Pick<WorkerPlace, "memoryBytes"> },
): WorkerPlace => ({
  ...{ name: worker.name, slots: worker.slots, devices: worker.devices },
  memoryBytes: worker.machine.memoryBytes,
});

/** A slot's share of the machine's memory, bytes. */
export const slotBytes = ({ memoryBytes, slots }: Pick<WorkerPlace, "memoryBytes" | "slots">): number => memoryBytes / slots;

/** "65 GB", "1.2 GB", "340 MB". */
export function bytesText(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${Math.round(value) >= 10 ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(2))} ${unit}`;
}
