import { median } from "../../../math/statistics/quantile.ts";
import type { Device } from "../../../workers/engine/engine.ts";
import type { PackCase } from "./cases.ts";
import { openOurs, openTorch, type TimedPack, type TorchWay } from "./timedStep.ts";

export interface PackOptions {
  device: Device;
  threads: number;
  /** Numbers of runs in one step. */
  sizes: readonly number[];
  rounds: number;
  /** The Python that has PyTorch, if any. */
  python: string | undefined;
  ways: readonly TorchWay[];
  /** Neither an opening nor a turn may take longer. */
  limitS: number;
  /** No more is begun after this time (performance.now). */
  deadline: number;
}

interface Result {
  timed: TimedPack;
  ms: number;
  /** Processor time, which hardly feels what else a machine does; of a GPU's step it is the host's part. */
  cpuMs: number;
  memory: number;
  updatesPerCall: number;
}

/** For each number of runs: times our step and PyTorch's in turns, and prints a line for each as it is known. */
export async function comparePacks(one: PackCase, options: PackOptions): Promise<void> {
  const { device, threads, sizes, deadline } = options;
  console.log(`\n${one.title} (${device}${device === "cpu" ? `, ${threads} thread${threads > 1 ? "s" : ""}` : ""})`);
  const gains = { wall: [] as string[], cpu: [] as string[] };
  let alone: Result | undefined;
  for (const runs of sizes) {
    if (performance.now() > deadline) {
      console.log(`  S=${runs}: no time is left`);
      break;
    }
    const results = await turns(await openAll(one, runs, options), options);
    const [ours] = results.filter(({ timed }) => timed.name.startsWith("collapsar"));
    for (const result of results) console.log(lineOf(runs, result, ours));
    if (runs === 1) alone = ours;
    if (!alone || !ours) continue;
    gains.wall.push(`S=${runs} ${((runs * alone.ms) / ours.ms).toFixed(2)}`);
    gains.cpu.push(`S=${runs} ${((runs * alone.cpuMs) / ours.cpuMs).toFixed(2)}`);
  }
  if (!alone) return;
  console.log(`  run-steps a second beside one run alone: ${gains.wall.join(", ")}`);
  if (device === "cpu") console.log(`  run-steps a second of processor time beside one run alone: ${gains.cpu.join(", ")}`);
}

async function openAll(one: PackCase, runs: number, options: PackOptions): Promise<TimedPack[]> {
  const { device, threads, python, ways, limitS } = options;
  const opened: TimedPack[] = [];
  const tryTo = async (name: string, open: () => Promise<TimedPack>) => {
    try {
      opened.push(await open());
    } catch (error) {
      console.log(`  S=${String(runs).padEnd(3)} ${name.padEnd(32)} – ${(error as Error).message.slice(0, 160)}`);
    }
  };
  await tryTo("collapsar", () => openOurs({ name: one.name, runs, device, threads }, limitS));
  for (const way of python ? ways : []) {
    // One run is not stacked, and several are not trained one by one: that is S times the first line's time.
    if (way.startsWith("vmap") === (runs === 1) || (device === "cpu" && way.endsWith("graph"))) continue;
    await tryTo(`torch, ${way}`, () => openTorch(python as string, one, { runs, device, threads, way }, limitS));
  }
  return opened;
}

/** About a third of a second of each, in turns, so that whatever else the machine does slows all of them. */
async function turns(opened: readonly TimedPack[], { rounds }: PackOptions): Promise<Result[]> {
  const times = new Map<TimedPack, { ms: number[]; cpuMs: number[]; steps: number; memory: number; updatesPerCall: number }>();
  for (let round = 0; round <= rounds; round++) {
    for (const timed of opened) {
      const known = times.get(timed) ?? { ms: [], cpuMs: [], steps: 1, memory: 0, updatesPerCall: 1 };
      try {
        const { ms, cpuMs, memory, updatesPerCall = 1 } = await timed.time(known.steps);
        // The first turn tells how many steps the others take.
        const steps = round > 1 ? known.steps : Math.max(1, Math.min(500, Math.round(300 / ms)));
        const list = (before: number[], now: number) => (round === 0 ? [] : [...before, now]);
        times.set(timed, { ms: list(known.ms, ms), cpuMs: list(known.cpuMs, cpuMs), steps, memory, updatesPerCall });
      } catch (error) {
        console.log(`  ${timed.name}, ${timed.runs} runs: ${(error as Error).message}`);
      }
    }
  }
  for (const timed of opened) timed.close();
  return [...times]
    .filter(([, { ms }]) => ms.length > 0)
    .map(([timed, { ms, cpuMs, memory, updatesPerCall }]) => ({
      ...{ timed, ms: median(ms), cpuMs: median(cpuMs), memory, updatesPerCall },
    }));
}

const rateOf = ({ timed, ms }: Result) => (1000 * timed.runs) / ms;

function lineOf(runs: number, result: Result, ours: Result | undefined): string {
  const { timed, ms, cpuMs, memory, updatesPerCall } = result;
  const rate = rateOf(result);
  const ratio = ours && ours !== result ? `; collapsar makes ${(rateOf(ours) / rate).toFixed(2)} × as many` : "";
  const several = updatesPerCall > 1.5 ? `, ${updatesPerCall.toFixed(0)} updates a call` : "";
  return [
    `  S=${String(runs).padEnd(3)} ${timed.name.padEnd(32)} ${ms.toFixed(ms < 10 ? 3 : 1).padStart(9)} ms a step (${cpuMs.toFixed(cpuMs < 10 ? 3 : 1).padStart(6)} of processor time)`,
    `${rate.toFixed(rate < 100 ? 1 : 0).padStart(8)} run-steps/s, ${(memory / 1e6).toFixed(0).padStart(6)} MB, open in ${timed.openS.toFixed(1)} s${several}${ratio}`,
  ].join(", ");
}
