"use client";
import type { ExperimentSummary } from "../../contract/wire/views.ts";
import { countOf } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { isOpen } from "./experimentMenu.ts";
import type { useExperimentActions } from "./useExperimentActions.ts";
import type { useListFilters } from "./useListFilters.ts";

/** What can be done with the selected experiments; takes the place of the filters. */
export function SelectionBar({
  selected,
  filters,
  actions,
  onDelete,
  onDone,
}: {
  selected: ExperimentSummary[];
  filters: ReturnType<typeof useListFilters>;
  actions: ReturnType<typeof useExperimentActions>;
  onDelete: () => void;
  /** Nothing is to be selected any longer. */
  onDone: () => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-2" role="toolbar" aria-label="Actions for the selection">
      <span className="mr-2 text-sm">{countOf(selected.length, "experiment")} selected</span>
      {filters.removed ? (
        <Button small icon="again" onClick={() => void actions.restore(selected).then(onDone)}>
          Restore
        </Button>
      ) : (
        <>
          <Button small icon="archive" onClick={() => void actions.setArchived(selected, !filters.archived).then(onDone)}>
            {filters.archived ? "Unarchive" : "Archive"}
          </Button>
          <Button
            small
            icon="stop"
            disabled={!selected.some(isOpen)}
            onClick={() => void actions.cancel(selected.filter(isOpen)).then(onDone)}
          >
            Cancel runs
          </Button>
          <Button small look="danger" icon="trash" onClick={onDelete}>
            Delete
          </Button>
        </>
      )}
      <Button small look="quiet" onClick={onDone}>
        Select none
      </Button>
    </div>
  );
}
