import type { RunConfig } from "./runConfig.ts";

/** All of a run's config but its depth: equal for the runs of a line, of which each grows from the next shallower one. */
export const growthLine = ({ depth: _depth, ...line }: RunConfig): string => JSON.stringify(line);

/** What a run of this depth grows from among the runs of its line: the deepest of the shallower ones; null: it is the shallowest. */
export const nextShallower = <Run>(line: readonly Run[], depth: number, depthOf: (run: Run) => number): Run | null =>
  line.reduce<Run | null>(
    (found, run) => (depthOf(run) < depth && (found === null || depthOf(run) >= depthOf(found)) ? run : found),
    null,
  );
