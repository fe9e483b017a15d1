"use client";
import Link from "next/link";
import { Fragment, memo, useMemo, useState } from "react";
import { type Metric, metricInfo, type Split } from "../../contract/seriesKey.ts";
import { isTerminal } from "../../contract/status.ts";
import type { RunRow } from "../../contract/views.ts";
import { readable } from "../charts/axisTicks.ts";
import { LineSwatch } from "../charts/ChartLegend.tsx";
import { runStyle } from "../charts/lineStyle.ts";
import { StatusBadge } from "../ui/Badge.tsx";
import { TextInput } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Progress } from "../ui/Progress.tsx";
import { Table, Td, Th } from "../ui/Table.tsx";
import type { ExperimentStore } from "./experimentStore.ts";
import { type GridAxisId, gridAxes, varyingAxes } from "./gridAxes.ts";
import type { ResultView } from "./resultView.ts";
import { runLink } from "./runLink.ts";
import { meanAndDeviation, sortGroups, type TableColumn, tableGroups } from "./tableGroups.ts";
import type { ChangeView } from "./useResultView.ts";

const metricColumns: readonly (TableColumn & { title: string })[] = [
  { id: "nc1", metric: "nc1.ratio", split: "train", title: "NC1" },
  { id: "nc2", metric: "nc2.frame", split: "train", title: "NC2" },
  { id: "nc3", metric: "nc3.cosine", split: "train", title: "NC3" },
  { id: "nc4", metric: "nc4.ncc", split: "train", title: "NC4" },
  { id: "gap", metric: "gap.total", split: "train", title: "Gap" },
  { id: "gap-head", metric: "gap.head", split: "train", title: "Gap, head" },
  { id: "gap-repr", metric: "gap.representation", split: "train", title: "Gap, repr." },
  { id: "acc-train", metric: "accuracy", split: "train", title: "Acc. train" },
  { id: "acc-test", metric: "accuracy", split: "test", title: "Acc. test" },
];

interface RunTableProps {
  store: ExperimentStore;
  version: number;
  view: ResultView;
  onView: ChangeView;
  share: string | null;
}

/** The runs, grouped over seeds (mean ± standard deviation), each group open to its runs. */
export function RunTable({ store, version, view, onView, share }: RunTableProps) {
  const { rows } = store;
  const varying = useMemo(() => varyingAxes(rows.map((row) => row.config)), [rows]);
  const axes = varying.filter((axis) => axis !== "seed");
  const shownAxes: GridAxisId[] = axes.length > 0 ? axes : ["depth"];
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const several = new Set(rows.map((row) => row.config.seed)).size > 1;
  const groups = useMemo(
    () => sortGroups(tableGroups(rows, view.filter), view.sort, metricColumns),
    [rows, view.filter, view.sort],
  );
  const [column, direction] = (view.sort ?? "").split(":");
  const sortOf = (id: string) => ({
    active: column === id ? ((direction ?? "asc") as "asc" | "desc") : null,
    onToggle: () => onView({ sort: column !== id ? `${id}:asc` : direction === "asc" ? `${id}:desc` : null }),
  });
  const toggle = (key: string) => {
    const next = new Set(closed);
    if (!next.delete(key)) next.add(key);
    setClosed(next);
  };
  const chosen = new Set(view.runs ?? []);
  const choose = (ordinal: number) => {
    const next = chosen.has(ordinal) ? [...chosen].filter((one) => one !== ordinal) : [...chosen, ordinal].sort((a, b) => a - b);
    onView({ runs: next.length === 0 ? null : next });
  };
  const shownCount = groups.reduce((sum, group) => sum + group.members.length, 0);

  return (
    <Panel
      title="Runs"
      testId="run-table"
      padded={false}
      hint={`${several ? "mean ± standard deviation over the finished seeds; " : ""}last values; ${shownCount === rows.length ? `${rows.length} runs` : `${shownCount} of ${rows.length} runs`}`}
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
            {metricColumns.map(({ id, title, metric }) => (
              <Th key={id} numeric sort={sortOf(id)}>
                <span title={metricInfo[metric].formula}>{title}</span>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const open = !closed.has(group.key);
            return (
              <Fragment key={group.key}>
                {group.members.length > 1 && (
                  <tr className="bg-sunken" data-testid="run-group">
                    <Td>
                      <button
                        type="button"
                        aria-expanded={open}
                        aria-label={`${open ? "Fold" : "Open"} the runs of ${group.label}`}
                        onClick={() => toggle(group.key)}
                        className="flex size-6 items-center justify-center rounded-sm hover:bg-hover"
                      >
                        <Icon name={open ? "down" : "right"} size={12} />
                      </button>
                    </Td>
                    {shownAxes.map((axis) => (
                      <Td key={axis} className="font-medium">
                        {gridAxes[axis].label(group.config)}
                      </Td>
                    ))}
                    <Td className="text-ink-faint">N = {group.members.length}</Td>
                    <Td className="text-ink-soft">{statusCounts(group.members)}</Td>
                    <Td />
                    {metricColumns.map((one) => (
                      <Td key={one.id} numeric className="font-medium">
                        <MeanCell members={group.members} metric={one.metric} split={one.split} />
                      </Td>
                    ))}
                  </tr>
                )}
                {(open || group.members.length === 1) &&
                  group.members.map((row) => (
                    <RunLine
                      key={row.id}
                      row={row}
                      axes={shownAxes}
                      several={several}
                      grouped={group.members.length > 1}
                      chosen={chosen.has(row.ordinal)}
                      onChoose={choose}
                      href={runLink(row.id, share)}
                      points={store.pointCount(row.id)}
                      lastStep={Math.max(store.lastStep(row.id), isTerminal(row.status) ? row.step : -1)}
                      version={version}
                    />
                  ))}
              </Fragment>
            );
          })}
          {groups.length === 0 && (
            <tr>
              <Td colSpan={shownAxes.length + metricColumns.length + 4} className="text-center text-ink-soft">
                No run fits “{view.filter}”.
              </Td>
            </tr>
          )}
        </tbody>
      </Table>
    </Panel>
  );
}

interface RunLineProps {
  row: RunRow;
  axes: readonly GridAxisId[];
  several: boolean;
  grouped: boolean;
  chosen: boolean;
  onChoose: (ordinal: number) => void;
  href: string;
  points: number;
  lastStep: number;
  version: number;
}

const RunLine = memo(
  function RunLine({ row, axes, several, grouped, chosen, onChoose, href, points, lastStep }: RunLineProps) {
    return (
      <tr
        data-testid="run-row"
        data-run-id={row.id}
        data-status={row.status}
        data-points={points}
        data-last-step={lastStep}
        className="hover:bg-hover"
      >
        <Td>
          <label className="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              className="size-3.5"
              checked={chosen}
              onChange={() => onChoose(row.ordinal)}
              aria-label={`Draw depth ${row.config.depth}, seed ${row.config.seed} in the training panels`}
            />
            <LineSwatch style={runStyle(row.config)} />
          </label>
        </Td>
        {axes.map((axis, index) => (
          <Td key={axis} className={grouped ? "text-ink-faint" : undefined}>
            {index === 0 && !several ? (
              <Link href={href} className="text-accent hover:underline">
                {gridAxes[axis].label(row.config)}
              </Link>
            ) : (
              gridAxes[axis].label(row.config)
            )}
          </Td>
        ))}
        {several && (
          <Td>
            <Link href={href} className="text-accent hover:underline">
              {row.config.seed}
            </Link>
          </Td>
        )}
        <Td>
          <span className="inline-flex items-center gap-2">
            <StatusBadge status={row.status} />
            {row.attempt > 1 && <span className="text-2xs text-ink-faint">attempt {row.attempt}</span>}
            {row.failure && (
              <span className="max-w-56 truncate text-bad" title={row.failure.message}>
                {row.failure.message}
              </span>
            )}
          </span>
        </Td>
        <Td numeric>
          {isTerminal(row.status) || row.status === "queued" ? (
            row.step.toLocaleString("en")
          ) : (
            <span className="inline-flex w-24 flex-col items-end gap-1">
              {row.step.toLocaleString("en")} / {row.totalSteps.toLocaleString("en")}
              <Progress share={row.totalSteps > 0 ? row.step / row.totalSteps : 0} label="Progress of the run" busy />
            </span>
          )}
        </Td>
        {metricColumns.map(({ id, metric, split }) => (
          <ValueCell key={id} id={id} row={row} metric={metric} split={split} />
        ))}
      </tr>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.chosen === after.chosen &&
    before.points === after.points &&
    before.lastStep === after.lastStep &&
    before.href === after.href &&
    before.grouped === after.grouped &&
    before.several === after.several &&
    before.axes.join() === after.axes.join(),
);

function ValueCell({ row, metric, split }: { id: string; row: RunRow; metric: Metric; split: Split }) {
  const value = meanAndDeviation([row], metric, split)?.mean ?? null;
  return (
    <Td numeric data-metric={`${split}/${metric}`} data-value={value ?? ""}>
      {shown(value, metric)}
    </Td>
  );
}

const shown = (value: number | null, metric: Metric): string =>
  value === null ? "–" : metric === "accuracy" || metric.startsWith("gap") ? percent(value) : readable(value);

const percent = (share: number): string => {
  const value = share * 100;
  return `${Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)} %`;
};

function MeanCell({ members, metric, split }: { members: readonly RunRow[]; metric: Metric; split: Split }) {
  const finished = members.filter((row) => row.status === "finished");
  const spread = meanAndDeviation(
    finished.length > 0 ? finished : members.filter((row) => !isTerminal(row.status)),
    metric,
    split,
  );
  if (spread === null) return "–";
  if (spread.deviation === null) return shown(spread.mean, metric);
  const asPercent = metric === "accuracy" || metric.startsWith("gap");
  const deviation = asPercent ? `${Number((spread.deviation * 100).toPrecision(2))}` : readable(spread.deviation, 2);
  return (
    <span title={`N = ${spread.count}`}>
      {shown(spread.mean, metric)} <span className="font-normal text-ink-faint">± {deviation}</span>
    </span>
  );
}

function statusCounts(members: readonly RunRow[]): string {
  const counts = new Map<string, number>();
  for (const { status } of members) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
}
