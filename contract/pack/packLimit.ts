import { hasFreeFeatures, isTransformer, linearLayers } from "../config/architecture.ts";
import { blocksOf } from "../config/networkForm.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { type CountOwnSet, datasetSizes } from "../data/datasetSizes.ts";
import { isOnCpu } from "../launch/memoryFindings.ts";
import { forwardNumbers, packMemory, stepNumbers } from "../launch/runMemory.ts";
import { slotBytes, type WorkerPlace } from "../launch/workerPlace.ts";
import { maxPackRuns, type PacksOffered } from "../wire/packs.ts";
import { packKey } from "./packKey.ts";

/** What a worker's slot offers to a pack. */
export interface PackPlace {
  place: WorkerPlace;
  /** undefined: it trains one run in a slot. */
  packs: PacksOffered | undefined;
  countOwn?: CountOwnSet;
}

/** A CPU core of 2.x GHz: operations a ms, and what a group of a step's calls takes, ms (as in the times that are expected of runs). */
const operationsPerMs = 60e6;
const callsMs = 0.065;
/** Beyond so many times the calls' time, a step of more runs takes in proportion longer: packing gains less than a quarter. */
const worthwhile = 4;

/**
 * How many runs of this config's key a worker takes in one slot, 1 to `most`: as many as it found to be best; before it has tried,
 * as many as its device is thought to gain from. A GPU is idle in most of a step of one run; a CPU only where the calls
 * of a step take longer than its arithmetic. No more than the slot's memory holds.
 */
export function packLimit(config: RunConfig, { place, packs, countOwn }: PackPlace): number {
  // Each run's line search asks for gradients at points of its own.
  if (packs === undefined || packs.most === 1 || config.training.polish) return 1;
  const onCpu = isOnCpu(config, place);
  const key = packKey(config);
  const known = packs.known.find((entry) => entry.key === key)?.runs;
  const wanted = Math.min(known ?? (onCpu ? gainingRuns(config, countOwn) : packs.most), packs.most, maxPackRuns);
  return onCpu ? heldRuns(config, wanted, slotBytes(place), countOwn) : wanted;
}

/** Runs until a step's arithmetic outweighs its calls, at least 1. */
export function gainingRuns(config: RunConfig, countOwn?: CountOwnSet): number {
  const sizes = datasetSizes(config.dataset, countOwn);
  const { batch } = config.training;
  const samples = Math.max(1, batch === "full" ? sizes.train : Math.min(batch, sizes.train));
  const { parameters, held } = stepNumbers(config, sizes, samples);
  const { places } = forwardNumbers(config, sizes.inputDim);
  // Free features are parameters that no product reads.
  const products = hasFreeFeatures(config.architecture) ? parameters - config.width * sizes.train : parameters;
  const arithmeticMs = (6 * samples * places * products + 10 * held) / operationsPerMs;
  return Math.max(1, Math.floor((worthwhile * callsMs * callGroups(config)) / arithmeticMs));
}

/** Groups of calls that a step makes one after the other. */
function callGroups(config: RunConfig): number {
  const { architecture } = config;
  if (hasFreeFeatures(architecture)) return 2 + blocksOf(config);
  const each = isTransformer(architecture)
    ? linearLayers(architecture).attention + linearLayers(architecture).mlp
    : architecture === "rn1"
      ? 1
      : 2;
  return 3 + each * blocksOf(config);
}

/** As many of `wanted` runs as the memory holds, at least 1. */
export function heldRuns(config: RunConfig, wanted: number, bytes: number, countOwn?: CountOwnSet): number {
  let runs = Math.max(1, wanted);
  while (runs > 1 && packMemory(config, runs, countOwn) > bytes) runs--;
  return runs;
}
