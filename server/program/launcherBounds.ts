import { type Environment, wholeNumber } from "./settingValues.ts";

/** How much may be ordered from a cluster, and how patiently. */
export interface LauncherBounds {
  min: number;
  max: number;
  slotsEach: number;
  waitMs: number;
  idleMs: number;
}

/**
 * @param prefix of the variables, e.g. COLLAPSAR_SLURM
 * @param slotsEach slots of one job
 * @throws Failure INVALID naming the variable, its value and what it may be
 */
export function launcherBounds(env: Environment, prefix: string, slotsEach: number): { bounds: LauncherBounds; lookMs: number } {
  const read = (name: string, otherwise: number, range: [number, number]): number =>
    wholeNumber(`${prefix}_${name}`, env[`${prefix}_${name}`] || String(otherwise), range);
  const max = read("MAX", 8 * slotsEach, [slotsEach, 10_000]);
  return {
    bounds: {
      min: read("MIN", 0, [0, max]),
      max,
      slotsEach,
      waitMs: 1_000 * read("WAIT_S", 30, [0, 86_400]),
      idleMs: 1_000 * read("IDLE_S", 300, [1, 86_400]),
    },
    lookMs: 1_000 * read("LOOK_S", 15, [1, 3_600]),
  };
}
