import { type ExperimentConfig, expandGrid } from "../../contract/config/experimentConfig.ts";
import { smallStudy } from "../support/builders/study.ts";
import { scriptedName } from "./scriptedRun.ts";

/** What persons launch: small grids on the CPU, of some seconds a run. */
export interface StudyKind {
  name: string;
  config: ExperimentConfig;
}

const every = (steps: number) => ({ name: "every" as const, steps });

export const studyKinds: StudyKind[] = [
  { name: "shallow", config: smallStudy({ depths: [2], seeds: [0, 1], steps: 6_000, measuring: every(40) }) },
  { name: "deeper", config: smallStudy({ depths: [4], seeds: [0], steps: 5_000, measuring: every(25) }) },
  {
    name: "logarithmic",
    config: smallStudy({ depths: [3], seeds: [0, 1], steps: 8_000, measuring: { name: "log", perDecade: 60 } }),
  },
  { name: `${scriptedName} short`, config: smallStudy({ depths: [2], seeds: [10, 11], steps: 2_000, measuring: every(1) }) },
  { name: `${scriptedName} long`, config: smallStudy({ depths: [2], seeds: [12], steps: 4_500, measuring: every(1) }) },
];

/**
 * What the workers know of packs: runs that compute train alone, as their numbers are compared to the last bit with those of an undisturbed
 * run; scripted ones go together.
 */
export const knownPacks = studyKinds.flatMap(({ name, config }) =>
  expandGrid(config).map((run) => ({ config: run, runs: name.startsWith(scriptedName) ? 4 : 1 })),
);
