"use client";
import { memo, useMemo } from "react";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import type { Metric } from "../../../contract/metrics/metricInfo.ts";
import { parseSeriesKey } from "../../../contract/metrics/seriesKey.ts";
import type { AnyRunRow } from "../../../contract/wire/externalViews.ts";
import type { xModes } from "../../charts/axes/seriesX.ts";
import { type PanelLine, SeriesPanel } from "../../charts/panel/SeriesPanel.tsx";
import type { LivePageStore } from "../../live/LivePageStore.ts";
import { cellLabel, gridAxisIds } from "../../result/model/grid/gridAxes.ts";
import { type NumericFloor, nearFloorText, numericFloor } from "../../result/model/metrics/numericFloor.ts";
import { pointsOfRuns } from "../../result/model/runs/allPoints.ts";
import type { PanelPlan } from "./runPanels.ts";

/** One panel of a run: its lines over training, L* and the numeric floor of the layers in it. */
export const RunPanel = memo(function RunPanel({
  panel,
  store,
  version,
  elapsedKey,
  stepsPerEpoch,
  row,
  optimum,
  x,
  logX,
  smoothing,
  zoom,
  onZoom,
  csvHref,
}: {
  panel: PanelPlan;
  store: LivePageStore<AnyRunRow>;
  version: number;
  elapsedKey: string;
  stepsPerEpoch: number | null;
  row: AnyRunRow;
  optimum: number | null;
  x: (typeof xModes)[number];
  logX: boolean;
  smoothing: number;
  zoom: { from: number; to: number } | null;
  onZoom: (window: { from: number; to: number } | null) => void;
  csvHref: string;
}) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
  const lines = useMemo(
    () =>
      panel.lines.map(
        (line): PanelLine => ({
          id: line.key,
          label: line.label,
          endLabel: line.endLabel,
          style: line.style,
          stepsPerEpoch: stepsPerEpoch ?? undefined,
          elapsed: store.series(row.id, elapsedKey, zoom),
          ...store.series(row.id, line.key, zoom),
        }),
      ),
    [panel, store, row.id, version, elapsedKey, stepsPerEpoch, zoom],
  );
  const references = useMemo(
    () => (panel.optimum && optimum !== null ? [{ y: optimum, label: "L*" }] : []),
    [panel.optimum, optimum],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what else a floor depends on does not change
  const floor = useMemo(() => {
    if (isExternal(row)) return null;
    const drawn = panel.lines.flatMap(({ key }) => {
      const parsed = parseSeriesKey(key);
      return parsed?.layer ? [{ metric: parsed.metric as Metric, layer: parsed.layer }] : [];
    });
    const floors = drawn.flatMap(({ metric, layer }) => numericFloor([row], metric, () => [layer]) ?? []);
    return floors.reduce<NumericFloor | null>(
      (greatest, one) => (greatest === null || one.y > greatest.y ? one : greatest),
      null,
    );
  }, [panel, row.last, row.device]);
  const notices = useMemo(() => [nearFloorText(floor, lines)], [floor, lines]);
  return (
    <SeriesPanel
      floor={floor}
      offAxisSaid
      notices={notices}
      panelId={panel.id}
      title={panel.title}
      hint={panel.hint}
      metric={panel.metric ?? undefined}
      lines={lines}
      references={references}
      x={x}
      logX={logX}
      smoothing={smoothing}
      window={zoom}
      onWindow={onZoom}
      measures={panel.lines.map((line) => line.key)}
      readTable={() =>
        pointsOfRuns(
          [
            {
              ...{ id: row.id, ordinal: row.ordinal },
              name: isExternal(row) ? `run ${row.ordinal + 1}` : cellLabel(row.config, gridAxisIds),
              keys: panel.lines.map((line) => line.key),
            },
          ],
          () => csvHref,
        )
      }
      height={220}
      empty={lines.every((line) => line.steps.length === 0) ? "Nothing measured yet" : undefined}
    />
  );
});
