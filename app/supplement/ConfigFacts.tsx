import { configFacts } from "../../contract/facts/configFacts.ts";
import type { LeaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../contract/wire/views.ts";
import { compareFacts } from "../result/model/grid/compareFacts.ts";
import { ComparedFacts } from "../result/parts/ComparedFacts.tsx";

/** What was run: what differs between the runs first, then what they share. */
export function ConfigFacts({ rows, rule }: { rows: readonly RunRow[]; rule: LeaveOutRule }) {
  const { differs, shared } = compareFacts(rows.map((row) => configFacts(row.config)));
  const counts =
    rule.minTrainAccuracy === 0 ? "every finished run" : `runs whose training accuracy is at least ${rule.minTrainAccuracy}`;
  return <ComparedFacts differs={differs} shared={[...shared, ["Counts in means", counts]]} />;
}
