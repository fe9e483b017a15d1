/** A process that trains S runs of a case as one step, and times steps when asked: what it holds goes with it. */
import { spawnSync } from "node:child_process";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Device } from "../../../workers/engine/engine.ts";
import { makePackTrainer, type PackTrainer } from "../../../workers/training/packTrainer.ts";
import { memoryOf } from "../cpuTime.ts";
import { membersOf, packCases } from "./cases.ts";

export interface CellQuestion {
  name: string;
  runs: number;
  device: Device;
  threads: number;
}
export type CellAnswer =
  | { provider: string; openS: number }
  | { ms: number; cpuMs: number; loss: number; memory: number; updatesPerCall: number }
  | { failure: string };

let trainer: PackTrainer;
let usedBefore: number | null = null;

process.on("message", async (message: CellQuestion | { steps: number }) => {
  try {
    process.send?.("steps" in message ? await time(message.steps) : await open(message));
  } catch (error) {
    process.send?.({ failure: (error as Error).message.split("\n")[0] } satisfies CellAnswer);
  }
});
process.on("disconnect", () => process.exit(0));

async function open({ name, runs, device, threads }: CellQuestion): Promise<CellAnswer> {
  const one = packCases.find((candidate) => candidate.name === name);
  if (!one) throw new Error(`there is no case '${name}': ${packCases.map((candidate) => candidate.name).join(", ")}`);
  const before = performance.now();
  const engine = await createEngine({ device, threads });
  usedBefore = device === "cpu" ? null : usedOnCard();
  trainer = await makePackTrainer(engine, membersOf(one, runs));
  for (let warm = 0; warm < 2; warm++) await trainer.advance();
  return { provider: engine.choice.provider, openS: (performance.now() - before) / 1000 };
}

async function time(steps: number): Promise<CellAnswer> {
  const before = performance.now();
  const cpuBefore = process.cpuUsage();
  let calls = 0;
  let loss = Number.NaN;
  for (let done = 0; done < steps; calls++) {
    await new Promise(setImmediate);
    const { fits, fit } = await trainer.advance(steps - done);
    done += fits.length;
    loss = fit[0];
  }
  const ms = (performance.now() - before) / steps;
  const { user, system } = process.cpuUsage(cpuBefore);
  const used = usedBefore === null ? null : usedOnCard();
  const memory = used === null ? memoryOf(process.pid).peak : used - (usedBefore as number);
  return { ms, cpuMs: (user + system) / 1000 / steps, loss, memory, updatesPerCall: steps / calls };
}

/** Bytes in use on the first card, as its driver tells; null where it cannot. */
function usedOnCard(): number | null {
  const query = ["--query-gpu=memory.used", "--format=csv,noheader,nounits"];
  const { stdout, status } = spawnSync("nvidia-smi", query, { encoding: "utf8", timeout: 5_000 });
  return status === 0 ? Number(stdout.split("\n")[0]) * 2 ** 20 : null;
}
