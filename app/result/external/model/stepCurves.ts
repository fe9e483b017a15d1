import { lastIndexAt, type SeriesStore } from "../../model/runs/layerProfiles.ts";
import type { CurveDot, CurveRun } from "../../model/study/seedCurve.ts";

/** So many places of a curve over steps are averaged: more than are told apart. */
const maxPlaces = 120;

/** Steps spread over all that were measured, the first and the last among them. */
export function spreadSteps(steps: readonly number[], most = maxPlaces): number[] {
  if (steps.length <= most) return [...steps];
  const places = Array.from({ length: most }, (_, at) => steps[Math.round((at * (steps.length - 1)) / (most - 1))] as number);
  return [...new Set(places)];
}

/**
 * The values of some runs over the steps of their training. Each stands at every step at its last measurement until then, from its first
 * one up to its last, so that runs that were measured at other steps are averaged all the same.
 */
export function stepDots<Run extends CurveRun>(
  store: Pick<SeriesStore, "series">,
  runs: readonly Run[],
  keyOf: (run: Run) => string | null,
  judge: (run: Run) => { unfinished: boolean; unconverged: boolean },
): CurveDot<Run>[] {
  const read = runs.flatMap((run) => {
    const key = keyOf(run);
    const series = key === null ? null : store.series(run.id, key);
    return series === null || series.steps.length === 0 ? [] : [{ run, series }];
  });
  const all = [...new Set(read.flatMap(({ series }) => series.steps))].sort((a, b) => a - b);
  const places = spreadSteps(all);
  return read.flatMap(({ run, series }) => {
    const last = series.steps.at(-1) as number;
    return places.flatMap((x): CurveDot<Run>[] => {
      const value = x > last ? undefined : series.values[lastIndexAt(series.steps, x)];
      return value === undefined ? [] : [{ run, x, value, ...judge(run) }];
    });
  });
}
