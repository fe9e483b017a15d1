import type { ReactNode } from "react";
import type { Fact } from "../../../contract/facts/datasetFacts.ts";
import { Facts } from "../../ui/Table.tsx";

interface ComparedFactsProps {
  differs: Fact[];
  shared: Fact[];
  /** Below what differs. */
  children?: ReactNode;
}

/** What runs are: what differs between them first, then what they share. */
export function ComparedFacts({ differs, shared, children }: ComparedFactsProps) {
  return (
    <div className="grid gap-x-8 gap-y-4 md:grid-cols-2 print:grid-cols-2">
      {(differs.length > 0 || children !== undefined) && (
        <div className="min-w-0 space-y-4">
          {differs.length > 0 && (
            <div>
              <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Differs between runs</h3>
              <Facts rows={differs} />
            </div>
          )}
          {children}
        </div>
      )}
      <div className="min-w-0">
        <h3 className="mb-1.5 font-medium text-ink-soft text-xs">Common to all runs</h3>
        <Facts rows={shared} />
      </div>
    </div>
  );
}
