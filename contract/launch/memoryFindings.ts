import { architectureLabel, hasFreeFeatures } from "../config/architecture.ts";
import type { ExperimentConfig } from "../config/experimentConfig.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { datasetLabel } from "../data/datasetConfig.ts";
import type { CountOwnSet } from "../data/datasetSizes.ts";
import type { LaunchFindings, LaunchKnowledge } from "./finding.ts";
import { programBytes, runMemory } from "./runMemory.ts";
import { runShapes } from "./runShapes.ts";
import { bytesText, slotBytes, type WorkerPlace } from "./workerPlace.ts";

/** The run of a grid that needs most, and how much. */
export const largestRun = (config: ExperimentConfig, countOwn: CountOwnSet): { run: RunConfig; bytes: number } =>
  largestOf(runShapes(config), countOwn);

const largestOf = (shapes: readonly RunConfig[], countOwn: CountOwnSet): { run: RunConfig; bytes: number } =>
  shapes.map((run) => ({ run, bytes: runMemory(run, countOwn).total })).reduce((a, b) => (b.bytes > a.bytes ? b : a));

/** Whether a run computes in the machine's memory, of which a slot has its share; a GPU's is not known here. */
export const isOnCpu = (run: Pick<RunConfig, "device">, { devices }: WorkerPlace): boolean =>
  run.device === "cpu" || (run.device === "auto" && !devices.some((line) => /^(cuda|webgpu)/.test(line)));

/** Whether a worker's slot holds a run of so many bytes, as far as that is known: no machine is smaller than the program itself. */
export const holds = (place: WorkerPlace, run: Pick<RunConfig, "device">, bytes: number): boolean =>
  !isOnCpu(run, place) || place.memoryBytes < programBytes || bytes <= slotBytes(place);

/** Runs that no connected worker has the memory for. */
export function memoryFindings(
  shapes: readonly RunConfig[],
  { workers, countOwn }: LaunchKnowledge,
  found: LaunchFindings,
): void {
  if (workers.length === 0) return;
  const { run, bytes } = largestOf(shapes, countOwn);
  if (workers.some((worker) => holds(worker, run, bytes))) return;
  found.problems.push({
    path: ["memory"],
    message: `A run of ${shapeText(run)} needs about ${bytesText(bytes)} of memory, and ${workers.map(placeText).join("; ")}: choose ${wayOut(run)}, or connect a worker with more memory or fewer slots.`,
  });
}

/** "RN1 L = 64, d = 1,024 on MNIST, full batch" */
function shapeText(run: RunConfig): string {
  const { architecture, depth, width, dataset, training } = run;
  const batch = training.batch === "full" ? "full batch" : `batch ${training.batch.toLocaleString("en")}`;
  return `${architectureLabel(architecture, run)} L = ${depth}, d = ${width.toLocaleString("en")} on ${datasetLabel(dataset)}, ${batch},`;
}

function wayOut({ architecture, training }: RunConfig): string {
  if (hasFreeFeatures(architecture)) return "fewer samples per class or a smaller width";
  return training.batch === "full"
    ? "a mini-batch, fewer samples per class, or a smaller depth or width"
    : "a smaller batch, depth or width";
}

/** "the worker lab has 24 GB for 2 slots (12 GB each)" */
export function placeText(place: WorkerPlace): string {
  const { name, memoryBytes, slots } = place;
  const each = slots === 1 ? "1 slot" : `${slots} slots (${bytesText(slotBytes(place))} each)`;
  return `the worker ${name} has ${bytesText(memoryBytes)} for ${each}`;
}
