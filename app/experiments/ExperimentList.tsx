"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import type { ExperimentSummary } from "../../contract/wire/views.ts";
import { useMay, useMe } from "../account/useMe.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import { Problem } from "../live/Problem.tsx";
import { useWatch } from "../live/useWatch.ts";
import { useKeys } from "../shell/useKeys.ts";
import { purgeText, useProgram } from "../shell/useProgram.ts";
import { countOf, formatCount } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import type { MenuItem } from "../ui/Menu.tsx";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { Rows, Table, Th } from "../ui/Table.tsx";
import { useNow } from "../ui/useNow.ts";
import { ExperimentFilters } from "./ExperimentFilters.tsx";
import { ExperimentRow } from "./ExperimentRow.tsx";
import { NothingListed } from "./NothingListed.tsx";
import { useExperimentActions } from "./useExperimentActions.ts";
import { pageSize, useListFilters } from "./useListFilters.ts";
import { useThrottled } from "./useThrottled.ts";

const isActive = (row: ExperimentSummary) => row.status === "running" || row.status === "queued";
const isOpen = (row: ExperimentSummary) => isActive(row) || row.status === "paused";

export function ExperimentList() {
  const trpc = useTRPC();
  const router = useRouter();
  const now = useNow();
  const filters = useListFilters();
  const actions = useExperimentActions();
  const may = useMay();
  const withPeople = useMe()?.shared === true;
  const searchRef = useRef<HTMLInputElement>(null);
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<ExperimentSummary[]>([]);

  const list = useQuery(trpc.experiments.list.queryOptions(filters.request, { placeholderData: keepPreviousData }));
  const program = useProgram();
  const refreshSoon = useThrottled(actions.refresh, 500);
  const freshness = useWatch(
    { room: "experiments" },
    {
      onJoined: () => void actions.refresh(),
      onItems: (items) => {
        for (const item of items) {
          if (item.kind === "experiment") actions.show(item.summary);
          if (item.kind === "removed" || item.kind === "restored" || (item.kind === "changed" && item.list === "experiments"))
            refreshSoon();
        }
      },
    },
  );

  const rows = list.data?.rows ?? [];
  const total = list.data?.total ?? 0;
  const selected = rows.filter((row) => selection.has(row.id));

  useKeys({
    "/": () => searchRef.current?.focus(),
    Escape: () => setSelection(new Set()),
  });

  const menuOf = (row: ExperimentSummary): MenuItem[] => (filters.removed ? restoringOf(row) : openingOf(row));
  const restoringOf = (row: ExperimentSummary): MenuItem[] =>
    may("edit") ? [{ label: "Restore", icon: "again", onSelect: () => void actions.restore([row]) }] : [];
  const openingOf = (row: ExperimentSummary): MenuItem[] => [
    { label: "Open", icon: "right", onSelect: () => router.push(`/e/${row.id}`) },
    ...(may("launch")
      ? [{ label: "Fork with changes", icon: "fork" as const, onSelect: () => router.push(`/new?from=${row.id}`) }]
      : []),
    { label: "Download CSV", icon: "download", href: `/export/experiments/${row.id}.csv`, download: true },
    ...(may("edit") ? ["separator" as const, ...changesOf(row)] : []),
  ];
  const changesOf = (row: ExperimentSummary): MenuItem[] => [
    ...(isActive(row) ? [{ label: "Pause runs", icon: "pause" as const, onSelect: () => void actions.pause([row]) }] : []),
    ...(row.counts.paused > 0
      ? [{ label: "Resume runs", icon: "play" as const, onSelect: () => void actions.resume([row]) }]
      : []),
    ...(isOpen(row) ? [{ label: "Cancel runs", icon: "stop" as const, onSelect: () => void actions.cancel([row]) }] : []),
    {
      label: row.archived ? "Back to the list" : "Archive",
      icon: "archive",
      onSelect: () => void actions.setArchived([row], !row.archived),
    },
    { label: "Delete", icon: "trash", danger: true, onSelect: () => setDeleting([row]) },
  ];

  const toggle = (id: string, on: boolean) =>
    setSelection((before) => {
      const next = new Set(before);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  const sortOf = (by: typeof filters.sort) => ({
    active: filters.sort === by ? filters.direction : null,
    onToggle: () => filters.toggleSort(by),
  });
  const done = () => setSelection(new Set());

  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">
          {filters.removed ? "Deleted experiments" : filters.archived ? "Archived experiments" : "Experiments"}
        </h1>
        {list.data && <span className="text-ink-faint text-sm">{formatCount(total)}</span>}
        <FreshnessBadge freshness={freshness} active={rows.some((row) => row.status === "running")} />
      </div>
      <div className="rounded-lg border border-line bg-surface">
        <div className="flex min-h-12 flex-wrap items-center gap-2 border-line border-b px-4 py-2">
          {selected.length > 0 ? (
            <div className="flex flex-wrap items-center gap-2" role="toolbar" aria-label="Actions for the selection">
              <span className="mr-2 text-sm">{countOf(selected.length, "experiment")} selected</span>
              {filters.removed && (
                <Button small icon="again" onClick={() => void actions.restore(selected).then(done)}>
                  Restore
                </Button>
              )}
              {!filters.removed && (
                <>
                  <Button small icon="archive" onClick={() => void actions.setArchived(selected, !filters.archived).then(done)}>
                    {filters.archived ? "Back to the list" : "Archive"}
                  </Button>
                  <Button
                    small
                    icon="stop"
                    disabled={!selected.some(isOpen)}
                    onClick={() => void actions.cancel(selected.filter(isOpen)).then(done)}
                  >
                    Cancel runs
                  </Button>
                  <Button small look="danger" icon="trash" onClick={() => setDeleting(selected)}>
                    Delete
                  </Button>
                </>
              )}
              <Button small look="quiet" onClick={done}>
                Select none
              </Button>
            </div>
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
          <Table aria-busy={list.isPlaceholderData}>
            <thead>
              <tr>
                {may("edit") && (
                  <Th className="w-8 pr-0! max-sm:hidden">
                    <input
                      type="checkbox"
                      aria-label="Select all on this page"
                      className="block size-3.5"
                      checked={selected.length === rows.length}
                      ref={(box) => {
                        if (box) box.indeterminate = selected.length > 0 && selected.length < rows.length;
                      }}
                      onChange={(event) => setSelection(new Set(event.target.checked ? rows.map((row) => row.id) : []))}
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
                <Th className="w-8 pl-0!">
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <Rows>
              {rows.map((row) => (
                <PanelBoundary key={row.id} what={`The line of “${row.name}”`} columns={withPeople ? 8 : 7}>
                  <ExperimentRow
                    row={row}
                    now={now}
                    selected={selection.has(row.id)}
                    onSelect={may("edit") ? (on) => toggle(row.id, on) : null}
                    withPeople={withPeople}
                    menu={menuOf(row)}
                    isRemoved={filters.removed}
                    onTag={(tag) => filters.change({ tag })}
                  />
                </PanelBoundary>
              ))}
            </Rows>
          </Table>
        )}
        {total > pageSize && (
          <nav
            aria-label="Pages of the list"
            className="flex items-center justify-between border-line border-t px-4 py-2 text-ink-soft text-xs"
          >
            <span>
              {formatCount(filters.page * pageSize + 1)}–{formatCount(Math.min(total, (filters.page + 1) * pageSize))} of{" "}
              {formatCount(total)}
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
              <Button
                small
                disabled={(filters.page + 1) * pageSize >= total}
                onClick={() => filters.change({ page: filters.page + 1 })}
              >
                Next
              </Button>
            </span>
          </nav>
        )}
      </div>
      <Dialog
        open={deleting.length > 0}
        onClose={() => setDeleting([])}
        title={deleting.length === 1 ? "Delete this experiment?" : `Delete ${countOf(deleting.length, "experiment")}?`}
        testId="confirm-delete"
        footer={
          <>
            <Button onClick={() => setDeleting([])}>Keep</Button>
            <Button
              look="danger"
              icon="trash"
              onClick={() => {
                void actions.remove(deleting);
                setDeleting([]);
                done();
              }}
            >
              Delete
            </Button>
          </>
        }
      >
        <p className="text-ink-soft text-sm">
          {deleting.length === 1 ? <strong className="text-ink">{deleting[0].name}</strong> : "They"} and all runs disappear from
          the list; runs that are training are cancelled. {purgeText(program.data?.purgeDays)}
        </p>
      </Dialog>
    </>
  );
}
