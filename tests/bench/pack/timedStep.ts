import { type ChildProcess, fork, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Device } from "../../../workers/engine/engine.ts";
import { torchEnvironment } from "../compareSteps.ts";
import type { PackCase } from "./cases.ts";
import type { CellAnswer, CellQuestion } from "./packCell.ts";

/** Of one step of all runs. */
export interface StepTiming {
  ms: number;
  /** Processor time. */
  cpuMs: number;
  memory: number;
  updatesPerCall?: number;
}

/** A step of some runs, in a process of its own. */
export interface TimedPack {
  name: string;
  /** Runs that it trains at once. */
  runs: number;
  openS: number;
  time(steps: number): Promise<StepTiming>;
  close(): void;
}

/** What PyTorch can be asked for; see pack_torch.py. */
export type TorchWay = "eager" | "compiled" | "vmap" | "graph" | "vmap graph";

/** @throws saying why, where it cannot be opened within `limitS` */
export async function openOurs(question: CellQuestion, limitS: number): Promise<TimedPack> {
  const child = fork(new URL("packCell.ts", import.meta.url), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "inherit", "ignore", "ipc"],
  });
  const ask = async (message: CellQuestion | { steps: number }): Promise<CellAnswer> => {
    const answer = new Promise<CellAnswer>((resolve) => child.once("message", (given) => resolve(given as CellAnswer)));
    child.send(message);
    const given = await within(limitS, child, answer);
    if ("failure" in given) {
      child.kill("SIGKILL");
      throw new Error(given.failure);
    }
    return given;
  };
  const { provider, openS } = (await ask(question)) as { provider: string; openS: number };
  return {
    name: `collapsar, ${provider}`,
    runs: question.runs,
    openS,
    time: async (steps) => (await ask({ steps })) as StepTiming,
    close: () => child.kill("SIGKILL"),
  };
}

/** @throws likewise */
export async function openTorch(
  python: string,
  one: PackCase,
  { runs, device, threads, way }: { runs: number; device: Device; threads: number; way: TorchWay },
  limitS: number,
): Promise<TimedPack> {
  const child = spawn(python, ["-W", "ignore", new URL("pack_torch.py", import.meta.url).pathname], {
    env: torchEnvironment(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  child.stdin.on("error", () => {}); // it has ended: its last line says why
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await within(limitS, child, lines.next());
    if (done) throw new Error(said.trim().split("\n").pop() || "PyTorch's process ended");
    return JSON.parse(value as string);
  };
  const { architecture, d, depth, samples, batch, classes, shape } = one;
  const { torch, openS } = await ask({
    ...{ network: architecture, d, depth, samples, batch: batch === "full" ? null : batch, classes, shape, inputs: shape[0] },
    ...{ runs, device: device === "cpu" ? "cpu" : "cuda", threads, way },
  });
  return {
    name: `torch ${torch.split("+")[0]}, ${way}`,
    runs: way.startsWith("vmap") ? runs : 1,
    openS,
    time: (steps) => ask({ steps }),
    close: () => child.kill("SIGKILL"),
  };
}

async function within<T>(seconds: number, child: ChildProcess, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${seconds.toFixed(0)} s`)), 1000 * seconds);
    child.once("exit", (code, signal) => reject(new Error(`its process ended with ${signal ?? code}`)));
  });
  try {
    return await Promise.race([work, failed]);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
    child.removeAllListeners("exit");
  }
}
