"use client";
import type { ReactNode } from "react";
import { xModes } from "../../charts/axes/seriesX.ts";
import { offeredSplits } from "../../result/model/metrics/offeredSplits.ts";
import { Button } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import type { RunChartView } from "./useRunChartView.ts";

/** So many layers are all shown when nothing else is chosen. */
const someLayers = 8;

interface RunChartControlsProps {
  view: RunChartView;
  layerCount: number;
  /** Of its series. */
  keys: readonly string[];
  /** Whether the run's steps can be told in epochs. */
  hasEpochs: boolean;
  /** Whether the time of its steps was measured. */
  hasTime: boolean;
}

/** What all charts of a run have in common: the x axis, the split, the layers, the smoothing and the window of steps. */
export function RunChartControls({ view, layerCount, keys, hasEpochs, hasTime }: RunChartControlsProps) {
  const { x, logX, split, smoothing, layers, zoom, set } = view;
  return (
    <div className="-mx-4 sm:sticky sm:top-12 sm:z-20 flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b bg-ground/92 px-4 py-2 backdrop-blur-sm lg:-mx-6 lg:px-6">
      <Labelled text="x axis">
        <Segmented
          label="x axis"
          options={xModes
            .filter((mode) => (mode !== "epoch" || hasEpochs) && (mode !== "time" || hasTime))
            .map((value) => ({ value, label: value }))}
          value={x}
          onChange={(mode) => set({ x: mode === "step" ? null : mode })}
        />
      </Labelled>
      <Checkbox
        label="log x"
        className="text-ink-soft text-xs!"
        checked={logX}
        onChange={(event) => set({ logx: event.target.checked ? "1" : "0" })}
      />
      <Labelled text="Split">
        <Segmented
          label="Split of the layer metrics"
          options={offeredSplits(keys, split).map((value) => ({ value, label: value }))}
          value={split}
          onChange={(name) => set({ split: name === "train" ? null : name })}
        />
      </Labelled>
      <Labelled text="Layers">
        <Segmented
          label="Layers"
          options={[
            { value: "last", label: "last" },
            ...(layerCount > someLayers ? [{ value: "some" as const, label: "some" }] : []),
            { value: "all", label: "all" },
          ]}
          value={layers === "some" && layerCount <= someLayers ? "all" : layers}
          onChange={(which) => set({ layers: which === "some" ? null : which })}
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
          onChange={(event) => set({ smooth: Number(event.target.value) || null })}
          className="w-24"
        />
        <span className="w-8">{smoothing === 0 ? "off" : smoothing.toFixed(2)}</span>
      </label>
      {zoom && (
        <Button small icon="close" onClick={() => set({ zoom: null })}>
          Steps {zoom.from}–{zoom.to}
        </Button>
      )}
    </div>
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
