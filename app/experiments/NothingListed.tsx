"use client";
import { listPage } from "../links.ts";
import { Button, LinkButton } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { FirstExperiment } from "./FirstExperiment.tsx";
import type { useListFilters } from "./useListFilters.ts";

/** Why the list is empty, and the way on. */
export function NothingListed({ filters }: { filters: ReturnType<typeof useListFilters> }) {
  if (filters.filtered || filters.page > 0)
    return (
      <EmptyState
        title="No experiment matches"
        actions={<Button onClick={() => filters.change({ q: null, status: null, tag: null })}>Clear the filters</Button>}
      >
        {filters.search ? (
          <>
            Nothing has “{filters.search}” in its name, note or tags{filters.status || filters.tag ? " under these filters" : ""}.
          </>
        ) : (
          "Nothing matches these filters."
        )}
      </EmptyState>
    );
  if (filters.archived)
    return (
      <EmptyState title="Nothing is archived" actions={<LinkButton href={listPage}>Go to experiments</LinkButton>}>
        Archiving removes an experiment from the list and keeps everything in it.
      </EmptyState>
    );
  return <FirstExperiment />;
}
