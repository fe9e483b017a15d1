"use client";
import type { RunRow } from "../../../contract/wire/views.ts";
import { readable } from "../../text/shortNumber.ts";
import { Facts } from "../../ui/Table.tsx";

type WithOptimum = Pick<RunRow, "optimum">;

/** The optimum the runs are measured against; several where the objective changes with the depth. */
export function OptimumFacts({ rows }: { rows: readonly WithOptimum[] }) {
  const known = new Map<string, WithOptimum>();
  for (const row of rows) if (row.optimum) known.set(JSON.stringify(row.optimum), row);
  const list = [...known.values()];
  const first = list[0]?.optimum;
  if (!first) return null;
  const values = list.map((row) => row.optimum?.loss).filter((loss) => loss != null);
  const range =
    values.length > 1
      ? `${readable(Math.min(...values), 4)} … ${readable(Math.max(...values), 4)} (it differs between runs)`
      : null;
  return (
    <div>
      <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Optimum of the unconstrained-features model</h3>
      {first.method === "none" ? (
        <p className="text-sm">None: {first.reason}</p>
      ) : (
        <Facts
          rows={[
            ["L*", range ?? readable(first.loss, 5)],
            ...(range
              ? []
              : ([["fit + ridge", `${readable(first.fit, 4)} + ${readable(first.ridge, 4)}`]] as [string, string][])),
            ["Geometry", first.geometry ?? "–"],
            ["Found", first.method === "closed-form" ? "in closed form" : `numerically: ${first.reason}`],
          ]}
        />
      )}
    </div>
  );
}
