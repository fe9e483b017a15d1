"use client";
import { type ReactNode, useCallback, useMemo, useSyncExternalStore } from "react";
import { layersOf } from "../../../contract/config/networkForm.ts";
import { seriesKey, splits } from "../../../contract/metrics/seriesKey.ts";
import type { RunDetail } from "../../../contract/wire/views.ts";
import { useAddress } from "../../address/useAddress.ts";
import { xModes } from "../../charts/axes/seriesX.ts";
import type { LivePageStore } from "../../live/LivePageStore.ts";
import { Problem } from "../../live/Problem.tsx";
import { runEpoch } from "../../result/model/runs/shownRuns.ts";
import { Button } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { WhenVisible } from "../../ui/WhenVisible.tsx";
import { RunPanel } from "./RunPanel.tsx";
import { planPanels, spreadLayers } from "./runPanels.ts";
import { useRunSeries } from "./useRunSeries.ts";

const noKeys: readonly string[] = [];

/** Every stored series of a run in panels; what is shown lives in the address. */
export function RunCharts({ detail, store, csvHref }: { detail: RunDetail; store: LivePageStore; csvHref: string }) {
  const address = useAddress();
  const { config } = detail.row;
  const x = xModes.find((mode) => mode === address.get("x")) ?? "step";
  const logX = address.has("logx") ? address.get("logx") === "1" : config.measuring.name === "log";
  const split = splits.find((name) => name === address.get("split")) ?? "train";
  const smoothing = Math.min(0.99, Math.max(0, Number(address.get("smooth")) || 0));
  const shown = address.get("layers") === "all" ? "all" : address.get("layers") === "last" ? "last" : "some";
  const zoomText = address.get("zoom");
  const zoom = useMemo(() => {
    const match = /^(\d{1,9})-(\d{1,9})$/.exec(zoomText ?? "");
    return match === null ? null : { from: Number(match[1]), to: Number(match[2]) };
  }, [zoomText]);

  const version = useSyncExternalStore(store.subscribe, store.getChartVersion, store.getChartVersion);
  const stored = useMemo(() => {
    const keys = new Set([...detail.series.map((one) => one.key), ...Object.keys(detail.row.last)]);
    return [...keys].sort().join("\n");
  }, [detail.series, detail.row.last]);
  const groups = useMemo(() => {
    const count = layersOf(config);
    const layers =
      shown === "last" ? [count] : shown === "all" ? Array.from({ length: count }, (_, at) => at + 1) : spreadLayers(count);
    return planPanels(stored === "" ? [] : stored.split("\n"), config, layers, split);
  }, [stored, config, shown, split]);

  const elapsedKey = seriesKey("train", "elapsedMs");
  const keys = useMemo(
    () =>
      [
        ...new Set([
          elapsedKey,
          ...groups.flatMap((group) => group.panels.flatMap((panel) => panel.lines.map((one) => one.key))),
        ]),
      ].sort(),
    [groups, elapsedKey],
  );
  const read = useRunSeries(store, detail.row, stored === "" ? noKeys : keys, zoom);

  const pushToAddress = address.push;
  const onZoom = useCallback(
    (window: { from: number; to: number } | null) => pushToAddress({ zoom: window && `${window.from}-${window.to}` }),
    [pushToAddress],
  );

  const stepsPerEpoch = runEpoch(detail.row);
  const optimum = detail.row.optimum?.loss ?? null;

  return (
    <section aria-label="Charts" className="space-y-5">
      <div className="-mx-4 sm:sticky sm:top-12 sm:z-20 flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b bg-ground/92 px-4 py-2 backdrop-blur-sm lg:-mx-6 lg:px-6">
        <Labelled text="x axis">
          <Segmented
            label="x axis"
            options={xModes
              .filter((mode) => mode !== "epoch" || stepsPerEpoch !== null)
              .map((value) => ({ value, label: value }))}
            value={x}
            onChange={(mode) => address.set({ x: mode === "step" ? null : mode })}
          />
        </Labelled>
        <Checkbox
          label="log x"
          className="text-ink-soft text-xs!"
          checked={logX}
          onChange={(event) => address.set({ logx: event.target.checked ? "1" : "0" })}
        />
        <Labelled text="Split">
          <Segmented
            label="Split of the layer metrics"
            options={splits.map((value) => ({ value, label: value }))}
            value={split}
            onChange={(name) => address.set({ split: name === "train" ? null : name })}
          />
        </Labelled>
        <Labelled text="Layers">
          <Segmented
            label="Layers"
            options={[
              { value: "last", label: "last" },
              ...(layersOf(config) > 8 ? [{ value: "some" as const, label: "some" }] : []),
              { value: "all", label: "all" },
            ]}
            value={shown === "some" && layersOf(config) <= 8 ? "all" : shown}
            onChange={(which) => address.set({ layers: which === "some" ? null : which })}
          />
        </Labelled>
        <label className="flex items-center gap-2 text-ink-soft text-xs max-sm:hidden">
          Smoothing
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={smoothing}
            onChange={(event) => address.set({ smooth: Number(event.target.value) || null })}
            className="w-24"
          />
          <span className="w-8">{smoothing === 0 ? "off" : smoothing.toFixed(2)}</span>
        </label>
        {zoom && (
          <Button small icon="close" onClick={() => address.set({ zoom: null })}>
            Steps {zoom.from}–{zoom.to}
          </Button>
        )}
      </div>
      {logX && <p className="text-2xs text-ink-faint">{x} 0 cannot be shown on a log axis: switch off “log x” to see it.</p>}
      {read.error && <Problem error={read.error} onRetry={() => void read.refetch()} />}
      {groups.map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h2 className="mb-2 font-semibold text-sm">{group.title}</h2>
          <div className="grid grid-cols-1 gap-3 md:grid-cols-2 xl:grid-cols-3">
            {group.panels.map((panel) => (
              <WhenVisible key={panel.id} height={300} what={`The panel “${panel.title}”`}>
                <RunPanel
                  panel={panel}
                  store={store}
                  version={version}
                  elapsedKey={elapsedKey}
                  stepsPerEpoch={stepsPerEpoch}
                  row={detail.row}
                  optimum={optimum}
                  x={x}
                  logX={logX}
                  smoothing={smoothing}
                  zoom={zoom}
                  onZoom={onZoom}
                  csvHref={csvHref}
                />
              </WhenVisible>
            ))}
          </div>
        </section>
      ))}
    </section>
  );
}

function Labelled({ text, children }: { text: string; children: ReactNode }) {
  return (
    <span className="flex items-center gap-2">
      <span className="text-ink-faint text-xs max-sm:hidden">{text}</span>
      {children}
    </span>
  );
}
