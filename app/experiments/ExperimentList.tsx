"use client";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import type { ExperimentSummary } from "../../contract/wire/views.ts";
import { useMay, useMe } from "../account/useMe.ts";
import { importPage } from "../links.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import { Problem } from "../live/Problem.tsx";
import { useKeys } from "../shell/useKeys.ts";
import { purgeText, useProgram } from "../shell/useProgram.ts";
import { countOf, formatCount } from "../text/formatNumber.ts";
import { LinkButton } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { useNow } from "../ui/useNow.ts";
import { ExperimentFilters } from "./ExperimentFilters.tsx";
import { ExperimentRow } from "./ExperimentRow.tsx";
import { ExperimentTable } from "./ExperimentTable.tsx";
import { experimentItems, type MenuContext, restoringItems } from "./experimentMenu.ts";
import { ListPages } from "./ListPages.tsx";
import { NothingListed } from "./NothingListed.tsx";
import { SelectionBar } from "./SelectionBar.tsx";
import { useExperimentActions } from "./useExperimentActions.ts";
import { pageSize, useListFilters } from "./useListFilters.ts";
import { useLiveExperiments } from "./useLiveExperiments.ts";

const nothing: ReadonlySet<string> = new Set();

export function ExperimentList() {
  const router = useRouter();
  const now = useNow();
  const filters = useListFilters();
  const actions = useExperimentActions();
  const { list, freshness } = useLiveExperiments(filters, actions);
  const program = useProgram();
  const may = useMay();
  const withPeople = useMe()?.shared === true;
  const searchRef = useRef<HTMLInputElement>(null);
  const [selection, setSelection] = useState(nothing);
  const [deleting, setDeleting] = useState<ExperimentSummary[]>([]);

  const rows = list.data?.rows ?? [];
  const total = list.data?.total ?? 0;
  const selected = rows.filter((row) => selection.has(row.id));
  const selectNone = () => setSelection(nothing);
  const select = (id: string, on: boolean) =>
    setSelection((before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)));

  useKeys({ "/": () => searchRef.current?.focus(), Escape: selectNone });

  const menu: MenuContext = { actions, may, open: (address) => router.push(address), onDelete: (row) => setDeleting([row]) };
  const itemsOf = filters.removed ? restoringItems : experimentItems;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">
          {filters.removed ? "Deleted experiments" : filters.archived ? "Archived experiments" : "Experiments"}
        </h1>
        {list.data && <span className="text-ink-faint text-sm">{formatCount(total)}</span>}
        <FreshnessBadge freshness={freshness} active={rows.some((row) => row.status === "running")} />
        {may("launch") && !filters.removed && (
          <div className="ml-auto">
            <LinkButton small icon="upload" href={importPage} data-testid="import-link">
              Import
            </LinkButton>
          </div>
        )}
      </div>
      <div className="rounded-lg border border-line bg-surface">
        <div className="flex min-h-12 flex-wrap items-center gap-2 border-line border-b px-4 py-2">
          {selected.length > 0 ? (
            <SelectionBar
              selected={selected}
              filters={filters}
              actions={actions}
              onDelete={() => setDeleting(selected)}
              onDone={selectNone}
            />
          ) : (
            <ExperimentFilters filters={filters} tags={list.data?.tags ?? []} searchRef={searchRef} />
          )}
        </div>
        {filters.removed && (
          <p className="border-line border-b px-4 py-2 text-ink-soft text-xs" data-testid="purge-notice">
            {purgeText(program.data?.purgeDays, "")} Runs that had not ended were cancelled; “Run missing” queues them again.
          </p>
        )}
        {list.error && (
          <div className="p-4">
            <Problem error={list.error} onRetry={() => void list.refetch()} />
          </div>
        )}
        {list.isPending && !list.error && (
          <div className="p-4">
            <SkeletonLines count={6} />
          </div>
        )}
        {list.data && rows.length === 0 && <NothingListed filters={filters} />}
        {rows.length > 0 && (
          <ExperimentTable
            rows={rows}
            selected={selected.length}
            onSelectAll={may("edit") ? (on) => setSelection(new Set(on ? rows.map((row) => row.id) : [])) : null}
            filters={filters}
            withPeople={withPeople}
            isStale={list.isPlaceholderData}
          >
            {rows.map((row) => (
              <PanelBoundary key={row.id} what={`The row for “${row.name}”`} columns={withPeople ? 8 : 7}>
                <ExperimentRow
                  row={row}
                  now={now}
                  selected={selection.has(row.id)}
                  onSelect={may("edit") ? (on) => select(row.id, on) : null}
                  withPeople={withPeople}
                  menu={itemsOf(row, menu)}
                  isRemoved={filters.removed}
                  onTag={(tag) => filters.change({ tag })}
                />
              </PanelBoundary>
            ))}
          </ExperimentTable>
        )}
        {total > pageSize && <ListPages filters={filters} total={total} />}
      </div>
      <ConfirmDialog
        open={deleting.length > 0}
        onClose={() => setDeleting([])}
        title={deleting.length === 1 ? "Delete this experiment?" : `Delete ${countOf(deleting.length, "experiment")}?`}
        testId="confirm-delete"
        action="Delete"
        icon="trash"
        onConfirm={() => {
          void actions.remove(deleting);
          setDeleting([]);
          selectNone();
        }}
      >
        {deleting.length === 1 ? <strong className="text-ink">{deleting[0]?.name}</strong> : "They"} and all runs disappear from
        the list; runs that are training are cancelled. {purgeText(program.data?.purgeDays)}
      </ConfirmDialog>
    </>
  );
}
