"use client";
import Link from "next/link";
import { Fragment, useMemo } from "react";
import { isTerminal } from "../../../contract/status.ts";
import { isUnconverged, type LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { runPage } from "../../links.ts";
import { formatCount } from "../../text/formatNumber.ts";
import { Badge, StatusBadge } from "../../ui/Badge.tsx";
import { Checkbox, TextInput } from "../../ui/Field.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Table, Td, Th } from "../../ui/Table.tsx";
import { toggledRun } from "../parts/chosenRuns.ts";
import { DrawRun } from "../parts/DrawRun.tsx";
import { FoldButton } from "../parts/FoldButton.tsx";
import { statusCounts } from "../parts/statusCounts.ts";
import { useFolded } from "../parts/useFolded.ts";
import type { ExternalStore } from "./ExternalStore.ts";
import { configKeys, configValue, configValueText, keyNamer } from "./model/configKeys.ts";
import { namingKeys } from "./model/externalCells.ts";
import { externalStyles } from "./model/externalStyle.ts";
import { columnKeys, externalGroups, meanText, measureColumns, sortExternal, spreadText } from "./model/externalTable.ts";
import { isLogged, measureInfo, measureValue } from "./model/measures.ts";
import type { ExternalView } from "./view/externalView.ts";
import type { ChangeExternalView } from "./view/useExternalView.ts";

interface ExternalTableProps {
  store: ExternalStore;
  rule: LeaveOutRule | undefined;
  view: ExternalView;
  onView: ChangeExternalView;
  share: string | null;
}

/** The runs with the keys of their configs, grouped over seeds, each group open to its runs. */
export function ExternalTable({ store, rule, view, onView, share }: ExternalTableProps) {
  const { rows } = store;
  const keys = useMemo(() => configKeys(rows), [rows]);
  const nameOf = keyNamer(keys);
  const shownKeys = columnKeys(keys, view.allKeys);
  const columns = useMemo(() => measureColumns(rows), [rows]);
  const styleOf = useMemo(() => externalStyles(keys, namingKeys(keys)), [keys]);
  const { folded, toggle } = useFolded();
  const groups = useMemo(
    () => sortExternal(externalGroups(rows, keys, view.filter), view.sort, columns, rule),
    [rows, keys, view.filter, view.sort, columns, rule],
  );
  const at = view.sort?.lastIndexOf(":") ?? -1;
  const [sorted, direction] = view.sort === null || at < 0 ? [null, null] : [view.sort.slice(0, at), view.sort.slice(at + 1)];
  const sortOf = (id: string) => ({
    active: sorted === id ? ((direction === "desc" ? "desc" : "asc") as "asc" | "desc") : null,
    onToggle: () => onView({ sort: sorted !== id ? `${id}:asc` : direction === "asc" ? `${id}:desc` : null }),
  });
  const chosen = new Set(view.runs ?? []);
  const choose = (ordinal: number) => onView({ runs: toggledRun(view.runs, ordinal) });
  const shownCount = groups.reduce((sum, group) => sum + group.members.length, 0);
  const grouped = groups.some((group) => group.members.length > 1);
  const counted = shownCount === rows.length ? `${rows.length} runs` : `${shownCount} of ${rows.length} runs`;
  return (
    <Panel
      title="Runs"
      testId="run-table"
      padded={false}
      hint={`${grouped ? "arithmetic mean ± standard deviation over the finished seeds; " : ""}last values; ${counted}`}
      actions={
        <>
          {shownKeys.length < keys.length || view.allKeys ? (
            <Checkbox
              label="all keys"
              className="whitespace-nowrap text-ink-soft text-xs!"
              checked={view.allKeys}
              onChange={(event) => onView({ allKeys: event.target.checked })}
            />
          ) : null}
          <TextInput
            className="!h-7 w-40 text-xs"
            placeholder="Filter: depth 18, failed…"
            aria-label="Filter the runs"
            value={view.filter}
            onChange={(event) => onView({ filter: event.target.value })}
          />
        </>
      }
    >
      <Table aria-label="Runs" className="whitespace-nowrap text-xs [&_td]:px-2 [&_th]:px-2">
        <thead>
          <tr>
            <Th>
              <span className="sr-only">Draw in the training panels</span>
            </Th>
            <Th>Run</Th>
            {shownKeys.map(({ key }) => (
              <Th key={key} sort={sortOf(`key:${key}`)}>
                <span className="inline-block max-w-40 truncate align-bottom" title={key}>
                  {nameOf(key)}
                </span>
              </Th>
            ))}
            <Th sort={sortOf("status")}>Status</Th>
            <Th numeric sort={sortOf("step")}>
              Step
            </Th>
            {columns.map(({ id, title, measure }) => (
              <Th key={id} numeric sort={sortOf(id)}>
                <span className="inline-block max-w-40 truncate align-bottom" title={measureInfo(measure).hint}>
                  {title}
                </span>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const open = !folded.has(group.key);
            const [first] = group.members;
            return (
              <Fragment key={group.key}>
                {group.members.length > 1 && first && (
                  <tr className="bg-sunken" data-testid="run-group">
                    <Td>
                      <FoldButton open={open} of={group.label || "this study"} onToggle={() => toggle(group.key)} />
                    </Td>
                    <Td className="text-ink-faint">N = {group.members.length}</Td>
                    {shownKeys.map(({ key, isSeed }) => (
                      <Td key={key} className="font-medium">
                        {isSeed ? "" : <ValueText run={first} name={key} />}
                      </Td>
                    ))}
                    <Td className="text-ink-soft">{statusCounts(group.members).join(", ")}</Td>
                    <Td />
                    {columns.map((column) => (
                      <Td key={column.id} numeric className="font-medium">
                        {meanText(group.members, column, rule)}
                      </Td>
                    ))}
                  </tr>
                )}
                {(open || group.members.length === 1) &&
                  group.members.map((row) => (
                    <tr
                      key={row.id}
                      data-testid="run-row"
                      data-run-id={row.id}
                      data-status={row.status}
                      data-points={store.pointCount(row.id)}
                      data-last-step={Math.max(store.lastStep(row.id), isTerminal(row.status) ? row.step : -1)}
                      className="hover:bg-hover"
                    >
                      <Td>
                        <DrawRun
                          name={`run ${row.ordinal + 1}`}
                          chosen={chosen.has(row.ordinal)}
                          style={styleOf(row)}
                          onToggle={() => choose(row.ordinal)}
                        />
                      </Td>
                      <Td>
                        <Link href={runPage(row.id, share)} className="text-accent hover:underline">
                          {row.ordinal + 1}
                        </Link>
                      </Td>
                      {shownKeys.map(({ key }) => (
                        <Td key={key} className={group.members.length > 1 ? "text-ink-faint" : undefined}>
                          <ValueText run={row} name={key} />
                        </Td>
                      ))}
                      <Td>
                        <span className="inline-flex items-center gap-2">
                          <StatusBadge status={row.status} />
                          {rule && isUnconverged(row, rule) && (
                            <Badge tone="warn" title="Its training accuracy ended too low: in no mean, band or slope">
                              left out
                            </Badge>
                          )}
                          {row.attempt > 1 && <span className="text-2xs text-ink-faint">attempt {row.attempt}</span>}
                          {row.failure && (
                            <span className="max-w-56 truncate text-bad" title={row.failure.message}>
                              {row.failure.message}
                            </span>
                          )}
                        </span>
                      </Td>
                      <Td numeric>
                        {formatCount(row.step)}
                        {row.external.isTotalKnown && !isTerminal(row.status) && ` / ${formatCount(row.totalSteps)}`}
                      </Td>
                      {columns.map(({ id, measure, split }) => {
                        const value = measureValue(row, measure, split);
                        return (
                          <Td
                            key={id}
                            numeric
                            data-metric={isLogged(measure) ? measure : `${split}/${measure}`}
                            data-value={value ?? ""}
                          >
                            {value === null ? "–" : spreadText(measure)(value, null)}
                          </Td>
                        );
                      })}
                    </tr>
                  ))}
              </Fragment>
            );
          })}
          {groups.length === 0 && (
            <tr>
              <Td colSpan={shownKeys.length + columns.length + 4} className="text-center text-ink-soft">
                No run matches “{view.filter}”.
              </Td>
            </tr>
          )}
        </tbody>
      </Table>
    </Panel>
  );
}

/** A value of a run's config; long ones are cut, and whole under the pointer. */
function ValueText({ run, name }: { run: ExternalRunRow; name: string }) {
  const text = configValueText(configValue(run.config, name));
  return (
    <span className="inline-block max-w-56 truncate align-bottom" title={text}>
      {text}
    </span>
  );
}
