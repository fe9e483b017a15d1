"use client";
import { type ReactNode, useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { isListKey, seriesKey } from "../../../contract/metrics/seriesKey.ts";
import type { AnyRunDetail, AnyRunRow } from "../../../contract/wire/externalViews.ts";
import type { LivePageStore } from "../../live/LivePageStore.ts";
import { Problem } from "../../live/Problem.tsx";
import { ClassesPanel } from "../../result/geometry/ClassesPanel.tsx";
import { WhenVisible } from "../../ui/WhenVisible.tsx";
import { LayerSurvey } from "./layers/LayerSurvey.tsx";
import { RunChartControls } from "./RunChartControls.tsx";
import { RunPanel } from "./RunPanel.tsx";
import { type PanelGroup, type PanelNetwork, planPanels, spreadLayers } from "./runPanels.ts";
import { useRunChartView } from "./useRunChartView.ts";
import { useRunSeries } from "./useRunSeries.ts";

const noKeys: readonly string[] = [];

interface RunChartsProps {
  detail: AnyRunDetail;
  store: LivePageStore<AnyRunRow>;
  csvHref: string;
  network: PanelNetwork;
  /** Of its data; absent where nobody named them. */
  classNames: readonly string[] | undefined;
  /** null: not known. */
  stepsPerEpoch: number | null;
  /** Whether steps lie on a logarithmic axis when nothing is chosen. */
  logX: boolean;
  /** Whether the time of the steps was measured. */
  hasTime?: boolean;
}

/** Every stored series of a run in panels; what is shown lives in the address. */
export function RunCharts({
  detail,
  store,
  csvHref,
  network,
  classNames,
  stepsPerEpoch,
  logX: isLog,
  hasTime = true,
}: RunChartsProps) {
  const view = useRunChartView(isLog);
  const { logX, split, smoothing, layers: shown, zoom, push } = view;
  const x = view.x === "time" && !hasTime ? "step" : view.x;

  const version = useSyncExternalStore(store.subscribe, store.getChartVersion, store.getChartVersion);
  const stored = useMemo(() => {
    const keys = new Set([...detail.series.map((one) => one.key), ...Object.keys(detail.row.last)]);
    return [...keys]
      .filter((key) => !isListKey(key))
      .sort()
      .join("\n");
  }, [detail.series, detail.row.last]);
  const layers = useMemo(() => {
    const count = network.layers;
    return shown === "last" ? [count] : shown === "all" ? Array.from({ length: count }, (_, at) => at + 1) : spreadLayers(count);
  }, [network, shown]);
  const groups = useMemo(
    () => planPanels(stored === "" ? [] : stored.split("\n"), network, layers, split),
    [stored, network, layers, split],
  );

  const storedKeys = useMemo(() => (stored === "" ? [] : stored.split("\n")), [stored]);

  const [opened, setOpened] = useState<readonly string[]>([]);
  const isShown = useCallback((group: PanelGroup) => !group.folded || opened.includes(group.title), [opened]);

  const elapsedKey = seriesKey("train", "elapsedMs");
  const keys = useMemo(
    () =>
      [
        ...new Set([
          elapsedKey,
          ...groups.filter(isShown).flatMap((group) => group.panels.flatMap((panel) => panel.lines.map((one) => one.key))),
        ]),
      ].sort(),
    [groups, elapsedKey, isShown],
  );
  const probeKey = seriesKey("train", "probe", network.layers);
  const isSurveyed = stored.includes(probeKey);
  // Of the test set where there is one: a tunnel is of what carries over.
  const surveySplit = stored.includes(seriesKey("test", "probe", network.layers)) ? "test" : "train";
  const surveyed = store.series(detail.row.id, probeKey, zoom).steps.at(-1);
  const read = useRunSeries(store, detail.row, stored === "" ? noKeys : keys, zoom);

  const onZoom = useCallback(
    (window: { from: number; to: number } | null) => push({ zoom: window && `${window.from}-${window.to}` }),
    [push],
  );

  const optimum = detail.row.optimum?.loss ?? null;

  return (
    <section aria-label="Charts" className="space-y-5">
      <RunChartControls
        view={view}
        layerCount={network.layers}
        keys={storedKeys}
        hasEpochs={stepsPerEpoch !== null}
        hasTime={hasTime}
      />
      {logX && <p className="text-2xs text-ink-faint">{x} 0 cannot be shown on a log axis: switch off “log x” to see it.</p>}
      {read.error && <Problem error={read.error} onRetry={() => void read.refetch()} />}
      {isSurveyed && (
        <WhenVisible height={300} what="The layers at one step">
          <LayerSurvey row={detail.row} network={network} layers={layers} split={surveySplit} surveyed={surveyed} />
        </WhenVisible>
      )}
      {detail.series.some(({ key }) => isListKey(key)) && (
        <WhenVisible height={320} what="The panel “Classes”">
          <ClassesPanel runId={detail.row.id} layers={network.layers} step={detail.row.step} classNames={classNames} />
        </WhenVisible>
      )}
      {groups.map((group) => (
        <PanelSection
          key={group.title}
          group={group}
          isOpen={isShown(group)}
          onOpen={() => setOpened((before) => [...before, group.title])}
        >
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
        </PanelSection>
      ))}
    </section>
  );
}

interface PanelSectionProps {
  group: PanelGroup;
  isOpen: boolean;
  onOpen: () => void;
  children: ReactNode;
}

/** Panels under a heading; those that are folded away are read and drawn once they are asked for. */
function PanelSection({ group: { title, folded, panels }, isOpen, onOpen, children }: PanelSectionProps) {
  if (!folded)
    return (
      <section aria-label={title}>
        <h2 className="mb-2 font-semibold text-sm">{title}</h2>
        {children}
      </section>
    );
  return (
    <details aria-label={title} className="border-line border-t pt-2" onToggle={(event) => event.currentTarget.open && onOpen()}>
      <summary className="min-h-6 cursor-pointer text-sm">
        {title} <span className="text-ink-faint text-xs">({panels.length})</span>
      </summary>
      {isOpen && <div className="mt-2">{children}</div>}
    </details>
  );
}
