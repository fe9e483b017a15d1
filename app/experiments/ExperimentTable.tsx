"use client";
import type { ReactNode } from "react";
import type { ExperimentSummary } from "../../contract/wire/views.ts";
import { ActionsTh, Rows, Table, Th } from "../ui/Table.tsx";
import type { useListFilters } from "./useListFilters.ts";

/** The table's head, which sorts by a column and selects all rows, around the rows. */
export function ExperimentTable({
  rows,
  selected,
  onSelectAll,
  filters,
  withPeople,
  isStale,
  children,
}: {
  rows: ExperimentSummary[];
  selected: number;
  /** null: nothing can be done with a selection. */
  onSelectAll: ((selected: boolean) => void) | null;
  filters: ReturnType<typeof useListFilters>;
  withPeople: boolean;
  /** What is shown is of the filters before, while the answer is awaited. */
  isStale: boolean;
  children: ReactNode;
}) {
  const sortOf = (by: typeof filters.sort) => ({
    active: filters.sort === by ? filters.direction : null,
    onToggle: () => filters.toggleSort(by),
  });
  return (
    <Table aria-busy={isStale}>
      <thead>
        <tr>
          {onSelectAll && (
            <Th className="w-8 pr-0! max-sm:hidden">
              <input
                type="checkbox"
                aria-label="Select all on this page"
                className="block size-3.5"
                checked={selected === rows.length}
                ref={(box) => {
                  if (box) box.indeterminate = selected > 0 && selected < rows.length;
                }}
                onChange={(event) => onSelectAll(event.target.checked)}
              />
            </Th>
          )}
          <Th className="max-sm:pl-4" sort={sortOf("name")}>
            Name
          </Th>
          <Th className="max-sm:hidden">Status</Th>
          <Th className="max-sm:hidden" sort={sortOf("progress")}>
            Progress
          </Th>
          <Th numeric sort={sortOf("nc1")}>
            NC1
          </Th>
          {withPeople && <Th className="max-lg:hidden">Launched by</Th>}
          <Th className="max-md:hidden" sort={sortOf("created")}>
            Created
          </Th>
          <ActionsTh />
        </tr>
      </thead>
      <Rows>{children}</Rows>
    </Table>
  );
}
