import { execFile, fork } from "node:child_process";
import { promisify } from "node:util";
import type { DeviceChoice } from "../../../contract/config/runConfig.ts";
import type { Device } from "../../engine/engine.ts";
import { runEnvironment } from "../../env.ts";

interface FoundDevice {
  device: Device;
  provider: string;
}

const patienceMs = 20_000;

/** Devices a run can compute on here, the best first; found by computing something small on each, in a process of its own. */
export async function findDevices(choice: DeviceChoice): Promise<FoundDevice[]> {
  if (choice === "cpu") return [{ device: "cpu", provider: "onnxruntime cpu" }];
  const wanted = choice === "auto" ? ["cuda", "webgpu", "cpu"] : [choice];
  const found: FoundDevice[] = [];
  const child = fork(new URL("./deviceProgram.ts", import.meta.url).pathname, wanted, {
    env: runEnvironment(),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning", "--disable-sigusr1"],
  });
  child.on("message", (device) => found.push(device as FoundDevice));
  await new Promise<void>((resolve) => {
    // One that hangs within its driver may not even end by this.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve();
    }, patienceMs);
    for (const end of ["close", "error"])
      child.once(end, () => {
        clearTimeout(timer);
        resolve();
      });
  });
  return found;
}

/** Names of the graphics cards, as far as NVIDIA's tool lists them. */
export async function graphicsCards(): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], { timeout: 5_000 });
    return stdout.trim().split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

/** One line per device, for people. */
export function describeDevices(found: FoundDevice[], cards: string[]): string[] {
  return found.map(({ device, provider }) => {
    const names = device === "cpu" ? [] : [...new Set(cards)];
    return `${device} (${[provider, ...names].join(", ")})`.slice(0, 200);
  });
}
