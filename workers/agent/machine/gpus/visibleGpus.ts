import type { Gpu } from "./gpu.ts";

/** What the environment says of the GPUs that this worker may use; null: nothing. */
export interface GivenGpus {
  /** CUDA_VISIBLE_DEVICES: a person's choice, or Slurm's. */
  cuda: string | null;
  /** NVIDIA_VISIBLE_DEVICES: what a container was given, as by Kubernetes. */
  container: string | null;
}

/** A GPU that a run can be put on. */
export interface VisibleGpu {
  /** null where the environment names one that nothing lists. */
  gpu: Gpu | null;
  /** What CUDA_VISIBLE_DEVICES is set to for it; null where it is not NVIDIA's. */
  cuda: string | null;
}

/**
 * The GPUs that this worker may use, in the order in which it is to use them. What CUDA_VISIBLE_DEVICES says is read as CUDA does: numbers
 * and (shortened) UUIDs up to the first that names none; an empty list, or a word such as "NoDevFiles" of Slurm, is no GPU of NVIDIA's.
 * @param gpus all that were found, in the order of the PCI bus
 */
export function visibleGpus(gpus: readonly Gpu[], { cuda, container }: GivenGpus): VisibleGpu[] {
  const nvidia = gpus.filter(({ vendor }) => vendor === "nvidia");
  const others = gpus.filter(({ vendor }) => vendor !== "nvidia").map((gpu) => ({ gpu, cuda: null }));
  return [...(cuda === null ? givenToContainer(nvidia, container) : named(nvidia, cuda)), ...others];
}

/** The runtime of a container numbers them anew and may say "all" or "void": only UUIDs mean the same inside as outside. */
function givenToContainer(nvidia: readonly Gpu[], container: string | null): VisibleGpu[] {
  const entries = listOf(container ?? "").filter(isUuid);
  const given = nvidia.filter(({ uuid }) => uuid !== null && entries.some((entry) => uuid.startsWith(entry)));
  return (given.length > 0 ? given : nvidia).map((gpu) => ({ gpu, cuda: gpu.uuid ?? String(nvidia.indexOf(gpu)) }));
}

function named(nvidia: readonly Gpu[], list: string): VisibleGpu[] {
  const found: VisibleGpu[] = [];
  for (const entry of listOf(list)) {
    const gpu = isUuid(entry) ? byUuid(nvidia, entry) : byNumber(nvidia, entry);
    if (gpu === undefined || found.some((other) => other.cuda === entry)) break;
    found.push({ gpu, cuda: entry });
  }
  return found;
}

/** @returns null where it may be there, though nothing lists it; undefined where there is no such GPU */
function byUuid(nvidia: readonly Gpu[], entry: string): Gpu | null | undefined {
  const found = nvidia.find(({ uuid }) => uuid?.startsWith(entry));
  const isListed = (uuid: string | null) => uuid?.slice(0, 4) === entry.slice(0, 4);
  return found ?? (nvidia.some(({ uuid }) => isListed(uuid)) ? undefined : null);
}

function byNumber(nvidia: readonly Gpu[], entry: string): Gpu | null | undefined {
  if (!/^\d{1,3}$/.test(entry)) return undefined;
  // Parts of a GPU have no numbers of their own: which one is meant is CUDA's to say.
  const isPlain = nvidia.length > 0 && nvidia.every(({ uuid }) => !uuid?.startsWith("MIG-"));
  return isPlain ? nvidia[Number(entry)] : null;
}

const listOf = (text: string) => (text.trim() === "" ? [] : text.split(",").map((entry) => entry.trim()));
const isUuid = (entry: string) => /^(GPU|MIG)-/.test(entry);
