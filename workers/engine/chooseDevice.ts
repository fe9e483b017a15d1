import type { Device, DeviceChoice, EngineOptions } from "./engine.ts";
import type { TfjsNode } from "./loadTfjsNode.ts";

/** What can be asked of the machine. */
export interface Probes {
  /** Why ONNX Runtime cannot compute there, or undefined. */
  provider(device: Device): Promise<string | undefined>;
  tfjsNode(device: Device): Promise<TfjsNode>;
}

type Found = DeviceChoice | { readonly absent: string };

/**
 * The device to compute on, and why. A named device that is not available is an error; `auto` takes cuda, webgpu or cpu, the first
 * available, and says why not the ones before.
 */
export async function chooseDevice({ device = "auto", engine = "auto" }: EngineOptions, probes: Probes): Promise<DeviceChoice> {
  if (device !== "auto") {
    const found = await find(device, engine, probes, "asked for");
    if ("absent" in found) throw new Error(`the device '${device}' is not available: ${found.absent}`);
    return found;
  }
  const reasons: string[] = [];
  for (const candidate of ["cuda", "webgpu", "cpu"] as const) {
    const found = await find(candidate, engine, probes, ["auto: the first available", ...reasons].join("; "));
    if (!("absent" in found)) return found;
    reasons.push(`no ${candidate} (${found.absent})`);
  }
  throw new Error(`no device is available: ${reasons.join("; ")}`);
}

async function find(device: Device, engine: "compiled" | "eager" | "auto", probes: Probes, reason: string): Promise<Found> {
  const absent: string[] = [];
  if (engine !== "eager") {
    const problem = await probes.provider(device);
    if (problem === undefined) return { device, engine: "compiled", provider: `onnxruntime ${device}`, reason };
    absent.push(`ONNX Runtime: ${problem}`);
  }
  if (engine !== "compiled" && device !== "webgpu") {
    const native = await probes.tfjsNode(device);
    if (!("missing" in native) && (device === "cpu" || native.cuda))
      return { device, engine: "eager", provider: native.package, reason };
    absent.push("missing" in native ? native.missing : `${native.package} finds no GPU`);
    // TensorFlow.js' own JavaScript kernels are always there, about a hundred times slower.
    if (device === "cpu")
      return {
        device,
        engine: "eager",
        provider: "tfjs cpu",
        reason: `${reason}; slow JavaScript kernels: ${absent.join("; ")}`,
      };
  }
  if (engine === "eager" && device === "webgpu") absent.push("there is no eager engine for it");
  return { absent: absent.join("; ") };
}
