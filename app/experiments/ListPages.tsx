"use client";
import { formatCount } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { pageSize, type useListFilters } from "./useListFilters.ts";

/** Which part of a long list is shown, and the ways to the parts before and after it. */
export function ListPages({ filters, total }: { filters: ReturnType<typeof useListFilters>; total: number }) {
  const first = filters.page * pageSize;
  const end = first + pageSize;
  return (
    <nav
      aria-label="Pages of the list"
      className="flex items-center justify-between border-line border-t px-4 py-2 text-ink-soft text-xs"
    >
      <span>
        {formatCount(first + 1)}–{formatCount(Math.min(total, end))} of {formatCount(total)}
      </span>
      <span className="flex gap-2">
        <Button
          small
          icon="left"
          disabled={filters.page === 0}
          onClick={() => filters.change({ page: filters.page - 1 || null })}
        >
          Previous
        </Button>
        <Button small disabled={end >= total} onClick={() => filters.change({ page: filters.page + 1 })}>
          Next
        </Button>
      </span>
    </nav>
  );
}
