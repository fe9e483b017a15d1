import type { RunRow } from "../../../../contract/wire/views.ts";
import type { FigureTable } from "../../../charts/export/figure.ts";
import { cellLabel, gridAxisIds } from "../grid/gridAxes.ts";

/** A run whose points are read: its name in the table, and the series asked for. */
interface AskedRun {
  id: string;
  ordinal: number;
  name: string;
  keys: readonly string[];
}

/** All stored points of some series of several runs that are trained here; see pointsOfRuns. */
export const allPoints = (
  runs: readonly RunRow[],
  keysOf: (run: RunRow) => readonly string[],
  address: (runId: string) => string,
): Promise<FigureTable> =>
  pointsOfRuns(
    runs.map((run) => ({ id: run.id, ordinal: run.ordinal, name: cellLabel(run.config, gridAxisIds), keys: keysOf(run) })),
    address,
  );

/**
 * All stored points of some series of several runs, one row a point; read from the server's export of each run.
 * @throws Error if the server refuses one of them
 */
export async function pointsOfRuns(runs: readonly AskedRun[], address: (runId: string) => string): Promise<FigureTable> {
  const rows: FigureTable["rows"][number][] = [];
  for (const run of runs) {
    const answer = await fetch(address(run.id));
    if (!answer.ok) throw new Error(`The server refused the points of run ${run.ordinal + 1} (${answer.status}).`);
    const keys = new Set(run.keys);
    for (const line of (await answer.text()).split(/\r?\n/)) {
      const [key = "", step, value] = cellsOf(line);
      if (keys.has(key))
        rows.push([run.id, run.name, key, Number(step), value === "" || value === undefined ? null : Number(value)]);
    }
  }
  return { columns: ["run", "config", "series", "step", "value"], rows };
}

/** The cells of a line of CSV, of which only the first, a series' name, may be quoted. */
function cellsOf(line: string): string[] {
  const quoted = /^"((?:[^"]|"")*)",(.*)$/.exec(line);
  return quoted === null ? line.split(",") : [(quoted[1] ?? "").replaceAll('""', '"'), ...(quoted[2] ?? "").split(",")];
}
