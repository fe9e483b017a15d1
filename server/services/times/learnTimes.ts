import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { type CountOwnSet, datasetSizes } from "../../../contract/data/datasetSizes.ts";
import { type ExpectedTimes, expectedTimes } from "./expectedTimes.ts";

/** What a run took; null where it was not measured. */
export interface MeasuredTimes {
  config: RunConfig;
  /** Runs of the pack that it was one of: its step and measurement are theirs together; 1: it was alone. */
  packed: number;
  stepMs: number | null;
  measureMs: number | null;
  evaluateMs: number | null;
  startMs: number | null;
}

type Part = "stepMs" | "measureMs" | "evaluateMs" | "startMs";

/** Runs that a part's time is learned from, the nearest ones. */
const maxAlike = 3;

/**
 * Expected times, corrected by what runs really took: each part by the median ratio of measured to expected time over the runs that
 * are most like it and have that part. What a pack took is held against what such a pack was expected to take, never a run alone.
 * @param countOwn how large people's own data sets are
 */
export function learnTimes(measured: readonly MeasuredTimes[], countOwn?: CountOwnSet) {
  const known = measured.map((run) => ({
    ...run,
    expected: expectedTimes(run.config, countOwn, run.packed),
    shape: shapeOf(run.config, run.packed, countOwn),
  }));
  return (config: RunConfig, packed = 1): { times: ExpectedTimes; nearest: MeasuredTimes | null } => {
    const expected = expectedTimes(config, countOwn, packed);
    const shape = shapeOf(config, packed, countOwn);
    const alike = known.map((run) => ({ run, apart: distance(run.shape, shape) })).sort((a, b) => a.apart - b.apart);
    const corrected = (part: Part): number => {
      const having = alike.filter(({ run }) => run[part] !== null && run.expected[part] > 0);
      const [nearest] = having;
      if (!nearest) return expected[part];
      // Only those that are about as near as the nearest one.
      const near = having.filter(({ apart }) => apart <= nearest.apart + 0.5).slice(0, maxAlike);
      const ratios = near.map(({ run }) => run[part]! / run.expected[part]).sort((a, b) => a - b);
      return expected[part] * (ratios[ratios.length >> 1] ?? 1);
    };
    const times = {
      ...expected,
      stepMs: corrected("stepMs"),
      measureMs: corrected("measureMs"),
      evaluateMs: corrected("evaluateMs"),
      startMs: corrected("startMs"),
    };
    return { times, nearest: alike[0]?.run ?? null };
  };
}

interface Shape {
  kind: string;
  device: string;
  logs: number[];
}

/** Depth, width, samples of a step and of a measurement, numbers a sample, classes, runs of the pack, each as a logarithm. */
function shapeOf(
  { architecture, depth, width, dataset, training, device }: RunConfig,
  packed: number,
  countOwn?: CountOwnSet,
): Shape {
  const { train, test, inputDim, classes } = datasetSizes(dataset, countOwn);
  const samples = training.batch === "full" ? train : Math.min(train, training.batch);
  return {
    kind: architecture,
    device,
    logs: [depth, width, samples, train + test, inputDim, classes, packed].map((n) => Math.log(Math.max(1, n))),
  };
}

/** Another architecture or device is further away than any size. */
function distance(a: Shape, b: Shape): number {
  const sizes = a.logs.reduce((sum, value, at) => sum + Math.abs(value - (b.logs[at] ?? value)), 0);
  return sizes + (a.kind === b.kind ? 0 : 10) + (a.device === b.device ? 0 : 20);
}
