import type { RunRow } from "../../../../contract/wire/views.ts";
import type { FigureTable } from "../../../charts/export/figure.ts";
import { cellLabel, gridAxisIds } from "../grid/gridAxes.ts";

/**
 * All stored points of some series of several runs, one row a point; read from the server's export of each run.
 * @param keysOf the series of a run
 * @throws Error if the server refuses one of them
 */
export async function allPoints(
  runs: readonly RunRow[],
  keysOf: (run: RunRow) => readonly string[],
  address: (runId: string) => string,
): Promise<FigureTable> {
  const rows: FigureTable["rows"][number][] = [];
  for (const run of runs) {
    const answer = await fetch(address(run.id));
    if (!answer.ok) throw new Error(`The server refused the points of run ${run.ordinal + 1} (${answer.status}).`);
    const name = cellLabel(run.config, gridAxisIds);
    const keys = new Set(keysOf(run));
    for (const line of (await answer.text()).split(/\r?\n/)) {
      const [key = "", step, value] = line.split(",");
      if (keys.has(key)) rows.push([run.id, name, key, Number(step), value === "" || value === undefined ? null : Number(value)]);
    }
  }
  return { columns: ["run", "config", "series", "step", "value"], rows };
}
