import { definitionsOf } from "../../contract/metrics/metricDefinitions.ts";
import { Facts } from "../ui/Table.tsx";

/** What the measured numbers are, of those that some run has. @param keys of series */
export function Definitions({ keys }: { keys: readonly string[] }) {
  const found = Object.values(definitionsOf(new Set(keys)));
  return (
    <Facts
      rows={found.map(({ label, formula, ideal, unit, source }) => [
        label,
        <span key={label}>
          {formula}
          <span className="text-ink-faint">
            {ideal !== null && ` Ideal: ${ideal}.`}
            {unit !== "1" && ` Unit: ${unit}.`}
            {source !== "" && ` ${source}`}
          </span>
        </span>,
      ])}
    />
  );
}
