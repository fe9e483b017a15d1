import type { Device, DeviceChoice, EngineOptions } from "./engine.ts";
import type { TfjsNode } from "./loadTfjsNode.ts";
import type { Probed } from "./probed.ts";

/** What can be asked of the machine. */
export interface Probes {
  /** ONNX Runtime there. */
  provider(device: Device): Promise<Probed>;
  tfjsNode(device: Device): Promise<TfjsNode>;
  /** A backend of TensorFlow.js that is loaded. */
  backend(name: "tensorflow" | "cpu", device: Device): Promise<Probed>;
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
    const probed = await probes.provider(device);
    if ("precision" in probed) return { device, engine: "compiled", provider: `onnxruntime ${device}`, reason, ...probed };
    absent.push(`ONNX Runtime: ${probed.problem}`);
  }
  if (engine !== "compiled" && device !== "webgpu") {
    const native = await probes.tfjsNode(device);
    if ("missing" in native) absent.push(native.missing);
    else if (device === "cuda" && !native.cuda) absent.push(`${native.package} finds no GPU`);
    else {
      const probed = await probes.backend("tensorflow", device);
      if ("precision" in probed) return { device, engine: "eager", provider: native.package, reason, ...probed };
      absent.push(`${native.package}: ${probed.problem}`);
    }
    // TensorFlow.js' own JavaScript kernels are always there, about a hundred times slower.
    if (device === "cpu") {
      const probed = await probes.backend("cpu", device);
      const slow = `${reason}; slow JavaScript kernels: ${absent.join("; ")}`;
      if ("precision" in probed) return { device, engine: "eager", provider: "tfjs cpu", reason: slow, ...probed };
      absent.push(probed.problem);
    }
  }
  if (engine === "eager" && device === "webgpu") absent.push("there is no eager engine for it");
  return { absent: absent.join("; ") };
}
