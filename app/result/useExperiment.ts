"use client";
import { useMemo } from "react";
import { isExternal } from "../../contract/external/externalConfig.ts";
import { limits } from "../../contract/limits.ts";
import type { AnyExperimentDetail } from "../../contract/wire/externalViews.ts";
import { useTRPCClient } from "../data/trpcClient.ts";
import { ExperimentStore } from "../live/ExperimentStore.ts";
import type { FreshnessStore } from "../live/FreshnessStore.ts";
import { wantedGeometry } from "./model/geometry/wantedGeometry.ts";
import { lastLayerKey } from "./model/metrics/lastValue.ts";
import { splitsOfRuns } from "./model/metrics/offeredSplits.ts";
import { ruleInEffect } from "./model/runs/convergenceRule.ts";
import { byLayers, keysOfLayers } from "./model/runs/readKeys.ts";
import { shownRuns } from "./model/runs/shownRuns.ts";
import { speedIsOpen, speedMetric } from "./model/speed/convergenceSpeed.ts";
import { chunks, maxRunsAsked, maxSmoothedPoints, readAllUpTo } from "./reading/readingLimits.ts";
import { useGeometryReading } from "./reading/useGeometryReading.ts";
import { useLiveDetail } from "./reading/useLiveDetail.ts";
import { useProfileReading } from "./reading/useProfileReading.ts";
import { useReading } from "./reading/useReading.ts";
import type { ResultView } from "./view/resultView.ts";

interface ExperimentReading {
  store: ExperimentStore;
  version: number;
  freshness: FreshnessStore;
  error: unknown;
  readDetail: () => Promise<void>;
}

/**
 * Reads an experiment into a store and keeps it up to date: rows, series of the shown runs, the layer profile, one run's geometry.
 * @param onExternal it is a study of runs that were trained elsewhere, which have a page of their own
 */
export function useExperiment(experimentId: string, view: ResultView, onExternal: () => void): ExperimentReading {
  const client = useTRPCClient();
  const store = useMemo(() => new ExperimentStore(), []);
  const take = (detail: AnyExperimentDetail) => {
    if (!isExternal(detail)) return store.setDetail(detail);
    onExternal();
    return false;
  };
  const { version, freshness, error, setError, reading, readDetail } = useLiveDetail(experimentId, store, take);

  const shown = shownRuns(store.rows, view);
  const wanted = store.rows.length <= readAllUpTo ? store.rows : shown;
  const wantedIds = wanted.map((run) => run.id).join(",");
  const zoom = view.zoom ? `${view.zoom.from}-${view.zoom.to}` : "";
  const maxPoints = view.smoothing > 0 ? maxSmoothedPoints : limits.panelPoints;
  const readSeries = async (alive: () => boolean) => {
    const window = view.zoom ? { fromStep: view.zoom.from, toStep: view.zoom.to } : {};
    const measured = splitsOfRuns(wanted);
    const requests = [...byLayers(wanted)].map(([layers, runIds]) =>
      client.experiments.series.query({ id: experimentId, keys: keysOfLayers(layers, measured), runIds, maxPoints, ...window }),
    );
    const asked = store.attempts;
    const answers = await Promise.all(requests);
    if (alive()) store.addSeries(answers.flat(), true, asked);
  };
  useReading(reading, wantedIds === "" ? null : `${wantedIds} ${zoom} ${maxPoints}`, readSeries, setError);

  useProfileReading(experimentId, store, reading, view, setError);
  useGeometryReading(store, reading, wantedGeometry(store.rows, view, ruleInEffect(store.detail, view)), setError);

  const speedKey = speedIsOpen(view, store.rows) ? speedMetric(view.speedMetric) : null;
  const runCount = store.rows.length;
  const readSpeed = async (alive: () => boolean) => {
    if (speedKey === null) return;
    const requests = [...byLayers(store.rows)].flatMap(([layers, all]) => {
      const keys = [...new Set([lastLayerKey(speedKey, "train", layers), lastLayerKey("gap.total", "train", layers)])];
      return chunks(all, maxRunsAsked).map((runIds) =>
        client.experiments.series.query({ id: experimentId, keys, runIds, maxPoints: maxSmoothedPoints }),
      );
    });
    const asked = store.attempts;
    const answers = await Promise.all(requests);
    if (alive()) store.addSeries(answers.flat(), false, asked);
  };
  useReading(reading, speedKey === null || runCount === 0 ? null : `${speedKey} ${runCount}`, readSpeed, setError);

  return { store, version, freshness, error, readDetail };
}
