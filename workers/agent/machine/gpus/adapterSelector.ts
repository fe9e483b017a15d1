import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What the environment says of the GPU that Vulkan is to use. */
export interface VulkanSettings {
  /** Where Vulkan looks for layers, each with vulkan/implicit_layer.d in it. */
  folders: string[];
  /** A person has chosen the GPU: MESA_VK_DEVICE_SELECT or DRI_PRIME is set. */
  isChosen: boolean;
}

/** Whether Mesa's layer, which puts one GPU first among those that Vulkan lists, is installed, and is for the worker to set. */
export function hasAdapterSelector({ folders, isChosen }: VulkanSettings): boolean {
  return (
    !isChosen &&
    folders.some((folder) =>
      namesIn(join(folder, "vulkan/implicit_layer.d")).some((name) => /device_select.*\.json$/i.test(name)),
    )
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
