"use client";
import Link from "next/link";
import { memo } from "react";
import { describeGaps } from "../../../contract/metrics/measurementGaps.ts";
import { isDerived, type StudyMetric } from "../../../contract/metrics/metricInfo.ts";
import type { MetricColumn } from "../../../contract/metrics/metricPlaces.ts";
import type { Split } from "../../../contract/metrics/seriesKey.ts";
import { isOnWorker, isTerminal } from "../../../contract/status.ts";
import { askedAccuracy, isUnconverged, type LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { LineStyle } from "../../charts/lineStyle.ts";
import { formatCount } from "../../text/formatNumber.ts";
import { formatFull } from "../../text/formatTime.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Badge, StatusBadge } from "../../ui/Badge.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { Td } from "../../ui/Table.tsx";
import { type GridAxisId, gridAxes } from "../model/grid/gridAxes.ts";
import { studyValue } from "../model/metrics/studyMetrics.ts";
import { valueText } from "../model/metrics/valueText.ts";
import { DataBadge } from "../parts/DataBadge.tsx";
import { DrawRun } from "../parts/DrawRun.tsx";
import { PauseToggle } from "../parts/PauseToggle.tsx";

interface RunLineProps {
  row: RunRow;
  axes: readonly GridAxisId[];
  columns: readonly MetricColumn[];
  /** The rule that marks runs, also where all are counted. */
  judged: LeaveOutRule | undefined;
  countAll: boolean;
  style: LineStyle;
  several: boolean;
  /** Which of several data sets of one name it is of; "" where there is one. */
  data: string;
  grouped: boolean;
  chosen: boolean;
  readOnly: boolean;
  onChoose: (ordinal: number) => void;
  href: string;
  points: number;
  lastStep: number;
  version: number;
}

/** One run; drawn again only when something it shows has changed. */
export const RunLine = memo(
  function RunLine(props: RunLineProps) {
    const {
      row,
      axes,
      columns,
      judged,
      countAll,
      style,
      several,
      data,
      grouped,
      chosen,
      readOnly,
      onChoose,
      href,
      points,
      lastStep,
    } = props;
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
          <DrawRun
            name={`depth ${row.config.depth}, seed ${row.config.seed}`}
            chosen={chosen}
            style={style}
            onToggle={() => onChoose(row.ordinal)}
          />
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
            {!readOnly && <PauseToggle row={row} small />}
            {judged && isUnconverged(row, judged) && (
              <Badge
                tone="warn"
                title={`Training accuracy below ${shortNumber(askedAccuracy(row, judged))}${countAll ? "" : ": in no mean, band or slope"}`}
              >
                {countAll ? "not fitted" : "left out"}
              </Badge>
            )}
            {row.gaps && (
              <Badge tone="warn" title={describeGaps(row.gaps)}>
                incomplete
              </Badge>
            )}
            {row.stalledSince !== null && isOnWorker(row.status) && (
              <Badge
                tone="bad"
                title={`Its process has done nothing since ${formatFull(row.stalledSince)}, although its worker answers`}
              >
                stalled
              </Badge>
            )}
            <DataBadge data={data} />
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
            formatCount(row.step)
          ) : (
            <span className="inline-flex w-24 flex-col items-end gap-1">
              {formatCount(row.step)} / {formatCount(row.totalSteps)}
              <Progress
                share={row.totalSteps > 0 ? row.step / row.totalSteps : 0}
                label="Progress of the run"
                busy={isOnWorker(row.status)}
              />
            </span>
          )}
        </Td>
        {columns.map(({ id, metric, split }) => (
          <ValueCell key={id} row={row} metric={metric} split={split} />
        ))}
      </tr>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.chosen === after.chosen &&
    before.readOnly === after.readOnly &&
    before.points === after.points &&
    before.lastStep === after.lastStep &&
    before.href === after.href &&
    before.grouped === after.grouped &&
    before.several === after.several &&
    before.data === after.data &&
    before.columns === after.columns &&
    before.judged === after.judged &&
    before.countAll === after.countAll &&
    before.style.colour === after.style.colour &&
    before.axes.join() === after.axes.join(),
);

function ValueCell({ row, metric, split }: { row: RunRow; metric: StudyMetric; split: Split }) {
  const value = studyValue(row, metric, split);
  return (
    <Td numeric {...(isDerived(metric) ? {} : { "data-metric": `${split}/${metric}`, "data-value": value ?? "" })}>
      {valueText(value, metric)}
    </Td>
  );
}
