import { configFacts } from "../../contract/facts/configFacts.ts";
import type { LeaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../contract/wire/views.ts";
import { compareFacts } from "../result/model/grid/compareFacts.ts";
import { Facts } from "../ui/Table.tsx";

/** What was run: what differs between the runs first, then what they share. */
export function ConfigFacts({ rows, rule }: { rows: readonly RunRow[]; rule: LeaveOutRule }) {
  const { differs, shared } = compareFacts(rows.map((row) => configFacts(row.config)));
  const counts =
    rule.minTrainAccuracy === 0 ? "every finished run" : `runs whose training accuracy is at least ${rule.minTrainAccuracy}`;
  return (
    <div className="grid gap-x-8 gap-y-4 md:grid-cols-2 print:grid-cols-2">
      {differs.length > 0 && (
        <div>
          <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Differs between runs</h3>
          <Facts rows={differs} />
        </div>
      )}
      <div>
        <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Common to all runs</h3>
        <Facts rows={[...shared, ["Counts in means", counts]]} />
      </div>
    </div>
  );
}
