import { execFile } from "node:child_process";
import type { Gpu, GpuUse } from "./gpu.ts";

/** Why NVIDIA's tool said nothing, for people, and whether there is such a tool. */
type Silent = { absent: string; isThere: boolean };
export type Smi = { gpus: (Gpu & GpuUse & { isDivided: boolean })[] } | Silent;

const fields = "pci.bus_id,uuid,name,memory.total,memory.used,utilization.gpu,mig.mode.current";
const outputBytes = 1 << 20;
const unreadable = "nvidia-smi printed something else than a list of GPUs";

/** Asks nvidia-smi for the GPUs of this machine, at most for so long: one that hangs is killed. */
export async function askNvidiaSmi(patienceMs: number): Promise<Smi> {
  const answer = await callNvidiaSmi([`--query-gpu=${fields}`, "--format=csv,noheader,nounits"], patienceMs);
  if ("absent" in answer) return answer;
  const gpus = parseGpus(answer.text);
  return gpus === null ? { absent: unreadable, isThere: true } : { gpus };
}

/** The parts into which GPUs are divided (MIG), in the order in which nvidia-smi lists them; empty where it lists none. */
export async function listMigParts(patienceMs: number): Promise<Pick<Gpu, "name" | "uuid">[]> {
  const answer = await callNvidiaSmi(["-L"], patienceMs);
  return "absent" in answer ? [] : parseMigParts(answer.text);
}

/**
 * The answer to `--query-gpu`: a line for each GPU; what a GPU does not say ("[N/A]") is null.
 * @returns null unless each line is one of a GPU
 */
export function parseGpus(text: string): (Gpu & GpuUse & { isDivided: boolean })[] | null {
  const gpus = [];
  for (const line of linesOf(text)) {
    const cells = line.split(",").map((cell) => cell.trim());
    const [busId, uuid] = cells;
    const [total, used, busy, mig] = cells.slice(-4);
    // A name could have a comma of its own.
    const name = cells.slice(2, -4).join(", ");
    if (cells.length < 7 || !/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/i.test(busId)) return null;
    const [memoryBytes, memoryUsedBytes] = [mebibytes(total), mebibytes(used)];
    const percent = numberIn(busy);
    gpus.push({
      vendor: "nvidia" as const,
      name: name || "NVIDIA GPU",
      uuid: uuid.startsWith("GPU-") ? uuid : null,
      // Its domain has four digits everywhere else.
      busId: busId.toLowerCase().replace(/^0{4}(?=[0-9a-f]{4}:)/, ""),
      memoryBytes: memoryBytes === 0 ? null : memoryBytes,
      memoryUsedBytes,
      utilization: percent === null ? null : Math.min(1, percent / 100),
      isDivided: mig === "Enabled",
    });
  }
  return gpus;
}

/** The answer to `-L`: "GPU 0: NVIDIA A100 (UUID: GPU-…)" and, below it, "  MIG 1g.5gb Device 0: (UUID: MIG-…)". */
export function parseMigParts(text: string): Pick<Gpu, "name" | "uuid">[] {
  const parts = [];
  let whole = "";
  for (const line of linesOf(text)) {
    whole = /^GPU \d+: (.*) \(UUID: .*\)$/.exec(line)?.[1] ?? whole;
    const [, profile, uuid] = /^\s*MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)$/.exec(line) ?? [];
    if (uuid) parts.push({ name: `${whole} MIG ${profile}`.trim(), uuid });
  }
  return parts;
}

const linesOf = (text: string) => text.split(/\r?\n/).filter((line) => line.trim() !== "");
const numberIn = (cell: string): number | null => (/^\d+(\.\d+)?$/.test(cell) ? Number(cell) : null);

function mebibytes(cell: string): number | null {
  const count = numberIn(cell);
  return count === null ? null : count * 2 ** 20;
}

function callNvidiaSmi(args: string[], patienceMs: number): Promise<{ text: string } | Silent> {
  return new Promise((resolve) => {
    const options = { timeout: patienceMs, killSignal: "SIGKILL", maxBuffer: outputBytes } as const;
    const child = execFile("nvidia-smi", args, options, (error, stdout) => {
      clearTimeout(hung);
      resolve(
        error === null
          ? { text: stdout }
          : { absent: reasonOf(error, patienceMs), isThere: (error as { code?: unknown }).code !== "ENOENT" },
      );
    });
    // One that hangs within its driver does not even end by being killed, and another process may hold its output open.
    const hung = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
      resolve({ absent: didNotAnswer(patienceMs), isThere: true });
    }, patienceMs + 500);
  });
}

const didNotAnswer = (ms: number) => `nvidia-smi did not answer within ${ms >= 1_000 ? `${ms / 1_000} s` : `${ms} ms`}`;

function reasonOf(error: Error & { code?: unknown; killed?: boolean }, patienceMs: number): string {
  if (error.code === "ENOENT") return "nvidia-smi was not found";
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return unreadable;
  if (error.killed) return didNotAnswer(patienceMs);
  return `nvidia-smi failed (${typeof error.code === "number" ? `exit code ${error.code}` : String(error.code ?? "killed")})`;
}
