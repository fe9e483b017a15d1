import * as tf from "@tensorflow/tfjs";
import type { Device } from "./engine.ts";
import { nodeRefusal } from "./nodeRefusal.ts";

/** What could be loaded: `cuda` says whether TensorFlow found a GPU. */
export type TfjsNode = { readonly package: string; readonly cuda: boolean } | { readonly missing: string };

/** Loads TensorFlow's native add-on, an optional dependency; it registers the backend "tensorflow". */
export async function loadTfjsNode(device: Device): Promise<TfjsNode> {
  const refusal = nodeRefusal();
  if (refusal !== undefined) return { missing: `tfjs-node: ${refusal}` };
  const reasons: string[] = [];
  for (const name of device === "cuda" ? ["@tensorflow/tfjs-node-gpu"] : ["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"]) {
    try {
      await import(name);
      const backend = tf.findBackend("tensorflow") as { isUsingGpuDevice?: boolean } | null;
      if (!backend) throw new Error("it registered no backend");
      return { package: name.slice("@tensorflow/".length), cuda: backend.isUsingGpuDevice === true };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      reasons.push(`${name}: ${code === "ERR_MODULE_NOT_FOUND" ? "not installed" : String(message).split("\n")[0]}`);
    }
  }
  return { missing: `${reasons.join("; ")} (npm run build:tfjs-node builds it)` };
}
