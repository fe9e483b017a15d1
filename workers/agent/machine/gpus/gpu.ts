/** A GPU of this machine, as nvidia-smi or the system lists it. */
export interface Gpu {
  vendor: "nvidia" | "amd" | "intel";
  /** For people. */
  name: string;
  /** "GPU-…" or, of a part of a GPU that is shared, "MIG-…"; null where nothing says. */
  uuid: string | null;
  /** Place on the PCI bus, e.g. "0000:65:00.0"; null where nothing says. */
  busId: string | null;
  /** null where nothing says. */
  memoryBytes: number | null;
}

/** How much of a GPU is in use: utilization 0…1; null where nothing says. */
export interface GpuUse {
  utilization: number | null;
  memoryUsedBytes: number | null;
}

export interface GpuReading {
  /** In the order of the PCI bus. */
  gpus: (Gpu & GpuUse)[];
  /** Why not all is known of them, for people; null where it is. */
  note: string | null;
  /** nvidia-smi is there, and did not answer as it should. */
  isFailing: boolean;
}

/** In the order of the PCI bus; what has no place there comes last. */
export function inBusOrder<Listed extends Pick<Gpu, "busId">>(gpus: readonly Listed[]): Listed[] {
  const placed = gpus.filter(({ busId }) => busId !== null);
  placed.sort((a, b) => (a.busId! < b.busId! ? -1 : 1));
  return [...placed, ...gpus.filter(({ busId }) => busId === null)];
}
