"use client";
import { Fragment, useMemo } from "react";
import { metricInfo } from "../../../contract/metrics/metricInfo.ts";
import { isTerminal } from "../../../contract/status.ts";
import { isUnconverged, type LeaveOutRule, leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { runPage } from "../../links.ts";
import type { ExperimentStore } from "../../live/ExperimentStore.ts";
import { TextInput } from "../../ui/Field.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { PanelBoundary } from "../../ui/PanelBoundary.tsx";
import { Table, Td, Th } from "../../ui/Table.tsx";
import { type GridAxisId, gridAxes, varyingAxes } from "../model/grid/gridAxes.ts";
import { leftOutOfRows, ruleInEffect } from "../model/runs/convergenceRule.ts";
import { metricColumns } from "../model/runs/runColumns.ts";
import { sortGroups, tableGroups } from "../model/runs/tableGroups.ts";
import { styleAmong } from "../model/study/studyStyle.ts";
import { toggledRun } from "../parts/chosenRuns.ts";
import { DataBadge } from "../parts/DataBadge.tsx";
import { FoldButton } from "../parts/FoldButton.tsx";
import { MeanCell } from "../parts/MeanCell.tsx";
import { statusCounts } from "../parts/statusCounts.ts";
import { useFolded } from "../parts/useFolded.ts";
import type { ResultView } from "../view/resultView.ts";
import type { ChangeView } from "../view/useResultView.ts";
import { RunLine } from "./RunLine.tsx";

interface RunTableProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
  share: string | null;
}

/** The runs, grouped over seeds (arithmetic mean ± standard deviation), each group open to its runs. */
export function RunTable({ store, version, view, onView, share }: RunTableProps) {
  const { rows } = store;
  const rule = ruleInEffect(store.detail, view);
  const judged = store.detail === null ? undefined : leaveOutRule(store.detail.config.convergence);
  const varying = useMemo(() => varyingAxes(rows.map((row) => row.config)), [rows]);
  const axes = varying.filter((axis) => axis !== "seed");
  const shownAxes: GridAxisId[] = axes.length > 0 ? axes : ["depth"];
  const { folded, toggle } = useFolded();
  const several = new Set(rows.map((row) => row.config.seed)).size > 1;
  const shownColumns = metricColumns(rows);
  const columnIds = shownColumns.map((one) => one.id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same columns stay the same object, so that rows need no new drawing
  const columns = useMemo(() => shownColumns, [columnIds]);
  const styleOf = useMemo(() => styleAmong(rows.map((row) => row.config)), [rows]);
  const groups = useMemo(
    () => sortGroups(tableGroups(rows, view.filter), view.sort, columns, rule),
    [rows, view.filter, view.sort, columns, rule],
  );
  const [column, direction] = (view.sort ?? "").split(":");
  const sortOf = (id: string) => ({
    active: column === id ? ((direction ?? "asc") as "asc" | "desc") : null,
    onToggle: () => onView({ sort: column !== id ? `${id}:asc` : direction === "asc" ? `${id}:desc` : null }),
  });
  const chosen = new Set(view.runs ?? []);
  const choose = (ordinal: number) => onView({ runs: toggledRun(view.runs, ordinal) });
  const leftOut = leftOutOfRows(rows, rule);
  const columnCount = shownAxes.length + columns.length + 4;
  const shownCount = groups.reduce((sum, group) => sum + group.members.length, 0);

  return (
    <Panel
      title="Runs"
      testId="run-table"
      padded={false}
      hint={`${several ? "arithmetic mean ± standard deviation over the finished seeds; " : ""}last values; ${shownCount === rows.length ? `${rows.length} runs` : `${shownCount} of ${rows.length} runs`}${leftOut === null ? "" : `; ${leftOut}`}`}
      actions={
        <TextInput
          className="!h-7 w-40 text-xs"
          placeholder="Filter: depth 5, failed…"
          aria-label="Filter the runs"
          value={view.filter}
          onChange={(event) => onView({ filter: event.target.value })}
        />
      }
    >
      <Table aria-label="Runs" className="whitespace-nowrap text-xs [&_td]:px-2 [&_th]:px-2">
        <thead>
          <tr>
            <Th>
              <span className="sr-only">Draw in the training panels</span>
            </Th>
            {shownAxes.map((axis) => (
              <Th key={axis} sort={sortOf(axis)}>
                {gridAxes[axis].title}
              </Th>
            ))}
            {several && <Th sort={sortOf("seed")}>Seed</Th>}
            <Th sort={sortOf("status")}>Status</Th>
            <Th numeric sort={sortOf("step")}>
              Step
            </Th>
            {columns.map(({ id, title, metric }) => (
              <Th key={id} numeric sort={sortOf(id)}>
                <span title={metricInfo[metric].formula}>{title}</span>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const open = !folded.has(group.key);
            return (
              <Fragment key={group.key}>
                {group.members.length > 1 && (
                  <tr className="bg-sunken" data-testid="run-group">
                    <Td>
                      <FoldButton open={open} of={group.label} onToggle={() => toggle(group.key)} />
                    </Td>
                    {shownAxes.map((axis) => (
                      <Td key={axis} className="font-medium">
                        {gridAxes[axis].label(group.config)}
                      </Td>
                    ))}
                    <Td className="text-ink-faint">N = {group.members.length}</Td>
                    <Td className="text-ink-soft">
                      <span className="inline-flex items-center gap-2">
                        {[...statusCounts(group.members), ...leftOutCount(group.members, rule)].join(", ")}
                        <DataBadge data={group.data.text} />
                      </span>
                    </Td>
                    <Td />
                    {columns.map((one) => (
                      <Td key={one.id} numeric className="font-medium">
                        <MeanCell members={group.members} metric={one.metric} split={one.split} rule={rule} />
                      </Td>
                    ))}
                  </tr>
                )}
                {(open || group.members.length === 1) &&
                  group.members.map((row) => (
                    <PanelBoundary key={row.id} what={`Run ${row.ordinal + 1}`} columns={columnCount}>
                      <RunLine
                        row={row}
                        axes={shownAxes}
                        columns={columns}
                        judged={judged}
                        countAll={view.countAll}
                        style={styleOf(row.config)}
                        several={several}
                        data={group.data.text}
                        grouped={group.members.length > 1}
                        chosen={chosen.has(row.ordinal)}
                        readOnly={store.detail?.readOnly ?? true}
                        onChoose={choose}
                        href={runPage(row.id, share)}
                        points={store.pointCount(row.id)}
                        lastStep={Math.max(store.lastStep(row.id), isTerminal(row.status) ? row.step : -1)}
                        version={version}
                      />
                    </PanelBoundary>
                  ))}
              </Fragment>
            );
          })}
          {groups.length === 0 && (
            <tr>
              <Td colSpan={columnCount} className="text-center text-ink-soft">
                No run matches “{view.filter}”.
              </Td>
            </tr>
          )}
        </tbody>
      </Table>
    </Panel>
  );
}

function leftOutCount(members: readonly RunRow[], rule: LeaveOutRule | undefined): string[] {
  const leftOut = members.filter((row) => isUnconverged(row, rule)).length;
  return leftOut > 0 ? [`${leftOut} left out`] : [];
}
