import { type GpuReading, inBusOrder } from "./gpu.ts";
import { askNvidiaSmi, listMigParts, type Smi } from "./nvidiaSmi.ts";
import { readSystemGpus } from "./systemGpus.ts";

export interface GpuSources {
  /** Holds /sys and /proc. */
  systemRoot: string;
  /** nvidia-smi is killed after so long. */
  patienceMs: number;
}

/** The GPUs of this machine and how much of them is in use: from nvidia-smi and, of those that it does not list, from the system. */
export async function readGpus({ systemRoot, patienceMs }: GpuSources): Promise<GpuReading> {
  const smi = await askNvidiaSmi(patienceMs);
  const system = readSystemGpus(systemRoot);
  const listed = "gpus" in smi ? await withParts(smi.gpus, patienceMs) : [];
  const known = new Set("gpus" in smi ? smi.gpus.map(({ busId }) => busId) : []);
  // nvidia-smi lists what a container or a batch job may use, the system all that is built in.
  const others = system.filter(({ busId, vendor }) => !known.has(busId) && (vendor !== "nvidia" || "absent" in smi));
  const gpus = inBusOrder([...listed, ...others]);
  return { gpus, note: noteOn(gpus, smi), isFailing: "absent" in smi && smi.isThere };
}

async function withParts(gpus: Extract<Smi, { gpus: unknown }>["gpus"], patienceMs: number): Promise<GpuReading["gpus"]> {
  const parts = gpus.some(({ isDivided }) => isDivided) ? await listMigParts(patienceMs) : [];
  if (parts.length === 0) return gpus.map(({ isDivided: _, ...gpu }) => gpu);
  const unknown = { vendor: "nvidia", busId: null, memoryBytes: null, utilization: null, memoryUsedBytes: null } as const;
  const whole = gpus.filter(({ isDivided }) => !isDivided).map(({ isDivided: _, ...gpu }) => gpu);
  return [...whole, ...parts.map((part) => ({ ...unknown, ...part }))];
}

function noteOn(gpus: GpuReading["gpus"], smi: Smi): string | null {
  const dark = gpus.filter(({ utilization }) => utilization === null);
  if (dark.length === 0 && !("absent" in smi && smi.isThere)) return null;
  const why = dark.some(({ vendor }) => vendor !== "nvidia")
    ? "their driver does not report it"
    : "absent" in smi
      ? smi.absent
      : "nvidia-smi does not report it";
  return `Utilization is not known: ${why}.`;
}
