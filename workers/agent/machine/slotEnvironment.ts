import type { VisibleGpu } from "./gpus/visibleGpus.ts";

/**
 * What the environment of a run's process says so that it computes on one GPU and no other. CUDA sees that one alone. WebGPU takes what
 * Vulkan lists first, and ONNX Runtime has no option for another: Mesa's layer, where it is installed, lists the one at a place of
 * the PCI bus alone.
 * @param hasSelector see adapterSelector.ts
 */
export function slotEnvironment({ gpu, cuda }: VisibleGpu, hasSelector: boolean): Record<string, string> {
  const busId = gpu?.busId ?? null;
  return {
    ...(cuda !== null && { CUDA_DEVICE_ORDER: "PCI_BUS_ID", CUDA_VISIBLE_DEVICES: cuda }),
    ...(hasSelector &&
      busId !== null && { DRI_PRIME: `pci-${busId.replace(/[:.]/g, "_")}`, MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: "1" }),
  };
}
