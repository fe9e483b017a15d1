import { type CsvFacts, csvCell, csvHead } from "../../../../contract/csv.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { cellLabel, gridAxisIds } from "../grid/gridAxes.ts";

/**
 * All stored points of one series of several runs, one row a point; read from the server's export of each run.
 * @param keyOf the series of a run
 * @throws Error if the server refuses one of them
 */
export async function allPointsCsv(
  runs: readonly RunRow[],
  keyOf: (run: RunRow) => string,
  address: (runId: string) => string,
  head: CsvFacts,
): Promise<string> {
  const out = [...csvHead(head), ["run", "config", "series", "step", "value"].join(",")];
  for (const run of runs) {
    const answer = await fetch(address(run.id));
    if (!answer.ok) throw new Error(`The server refused the points of run ${run.ordinal + 1} (${answer.status}).`);
    const key = keyOf(run);
    const name = csvCell(cellLabel(run.config, gridAxisIds));
    for (const line of (await answer.text()).split(/\r?\n/))
      if (line.startsWith(`${key},`)) out.push(`${run.id},${name},${line}`);
  }
  return `${out.join("\r\n")}\r\n`;
}
