import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Gpu, type GpuUse, inBusOrder } from "./gpu.ts";

const vendors = { "0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel" } as const;
const titles = { nvidia: "NVIDIA", amd: "AMD", intel: "Intel" } as const;

/**
 * GPUs as Linux lists them, in the order of the PCI bus; those of server boards and virtual machines, which only draw a console, are none.
 * Their use and memory are known where amdgpu drives them.
 * @param root of /sys and /proc
 */
export function readSystemGpus(root: string): (Gpu & GpuUse)[] {
  const folder = join(root, "sys/class/drm");
  const places = namesIn(folder).filter((name) => /^card\d+$/.test(name));
  const found = places.flatMap((name) => readGpu(root, join(folder, name, "device")) ?? []);
  // A headless NVIDIA driver has no place among those that draw.
  for (const busId of namesIn(join(root, nvidiaFolder))) {
    if (!found.some((gpu) => gpu.busId === busId)) found.push(nvidiaGpu(root, busId));
  }
  return inBusOrder(found);
}

const nvidiaFolder = "proc/driver/nvidia/gpus";
const nothingKnown = { memoryBytes: null, utilization: null, memoryUsedBytes: null } as const;

function readGpu(root: string, device: string): (Gpu & GpuUse) | null {
  const vendor = vendors[textIn(join(device, "vendor")) as keyof typeof vendors];
  if (vendor === undefined) return null;
  const busId = /^PCI_SLOT_NAME=(.+)$/m.exec(textIn(join(device, "uevent")) ?? "")?.[1] ?? null;
  if (vendor === "nvidia" && busId !== null) return nvidiaGpu(root, busId);
  const product = textIn(join(device, "product_name"));
  const model = (textIn(join(device, "device")) ?? "").replace(/^0x/, "");
  const percent = countIn(join(device, "gpu_busy_percent"));
  return {
    vendor,
    name: product || `${titles[vendor]} GPU${model ? ` ${model}` : ""}`,
    uuid: null,
    busId,
    memoryBytes: countIn(join(device, "mem_info_vram_total")) || null,
    utilization: percent === null ? null : Math.min(1, percent / 100),
    memoryUsedBytes: countIn(join(device, "mem_info_vram_used")),
  };
}

function nvidiaGpu(root: string, busId: string): Gpu & GpuUse {
  const information = textIn(join(root, nvidiaFolder, busId, "information")) ?? "";
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S.*)$`, "m").exec(information)?.[1].trim();
  return { vendor: "nvidia", name: field("Model") || "NVIDIA GPU", uuid: field("GPU UUID") ?? null, busId, ...nothingKnown };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // not Linux, or a container that does not show it
  }
}

function textIn(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

function countIn(file: string): number | null {
  const text = textIn(file);
  return text !== null && /^\d{1,18}$/.test(text) ? Number(text) : null;
}
