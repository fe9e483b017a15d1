"use client";
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { isExternal } from "../../contract/external/externalConfig.ts";
import { limits } from "../../contract/limits.ts";
import type { LayerMetric } from "../../contract/metrics/layerMetrics.ts";
import { lastMeansOf, type Metric } from "../../contract/metrics/metricInfo.ts";
import type { Split } from "../../contract/metrics/seriesKey.ts";
import { isGone, mayPass } from "../data/failureOf.ts";
import { useTRPCClient } from "../data/trpcClient.ts";
import { ExperimentStore } from "../live/ExperimentStore.ts";
import type { FreshnessStore } from "../live/FreshnessStore.ts";
import { useLiveStore } from "../live/useLiveStore.ts";
import { type WantedGeometry, wantedGeometry } from "./model/geometry/wantedGeometry.ts";
import { lastLayerKey } from "./model/metrics/lastValue.ts";
import { ruleInEffect } from "./model/runs/convergenceRule.ts";
import { byLayers, keysOfLayers } from "./model/runs/readKeys.ts";
import { shownRuns } from "./model/runs/shownRuns.ts";
import { speedIsOpen, speedMetric } from "./model/speed/convergenceSpeed.ts";
import type { ResultView } from "./view/resultView.ts";

/** So few runs are read with all their series, so that choosing others needs no waiting. */
const readAllUpTo = 24;
/** Most points of a series that the server gives at once. */
const maxSmoothedPoints = 5_000;
/** Runs named in one question: more would not fit its address. */
const maxRunsAsked = 100;
const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
/** Reading begins after joining; without an answer to that it begins anyway. */
const joinPatienceMs = 1_200;
/** A server or a database that did not answer is asked again after this time. */
const askAgainMs = 5_000;

interface ExperimentReading {
  store: ExperimentStore;
  version: number;
  freshness: FreshnessStore;
  error: unknown;
  readDetail: () => Promise<void>;
}

/** Reads an experiment into a store and keeps it up to date: rows, series of the shown runs, the layer profile, one run's geometry. */
export function useExperiment(experimentId: string, view: ResultView): ExperimentReading {
  const client = useTRPCClient();
  const store = useMemo(() => new ExperimentStore(), []);
  const version = useSyncExternalStore(store.subscribe, store.getVersion, store.getVersion);
  const [error, setError] = useState<unknown>(null);
  /** Counts the readings of the detail: everything else is read again after each. */
  const [reading, setReading] = useState(0);
  const joined = useRef(false);
  const turns = useRef({ asked: 0, answered: 0 });

  const readDetail = useCallback(async () => {
    const turn = ++turns.current.asked;
    try {
      const detail = await client.experiments.get.query({ id: experimentId });
      // An answer that was overtaken by a later one is older than what is shown.
      if (turn < turns.current.answered) return;
      turns.current.answered = turn;
      if (isExternal(detail)) {
        store.setExternal(detail);
        setError(null);
        return;
      }
      const readAgain = store.setDetail(detail);
      setError(null);
      setReading((count) => count + 1);
      if (readAgain) void readDetail();
    } catch (problem) {
      if (store.detail !== null && isGone(problem)) store.markRemoved();
      else setError(problem);
    }
  }, [client, experimentId, store]);

  useEffect(() => {
    if (error === null || !mayPass(error)) return;
    const timer = setTimeout(readDetail, askAgainMs);
    return () => clearTimeout(timer);
  }, [error, readDetail]);

  const freshness = useLiveStore({ room: "experiment", id: experimentId }, store, {
    onJoined: () => {
      joined.current = true;
      void readDetail();
    },
    onBatch: (_, readAgain) => void ((readAgain || store.external !== null) && readDetail()),
  });
  useEffect(() => {
    const timer = setTimeout(() => joined.current || void readDetail(), joinPatienceMs);
    return () => clearTimeout(timer);
  }, [readDetail]);

  const shown = shownRuns(store.rows, view);
  const wanted = store.rows.length <= readAllUpTo ? store.rows : shown;
  const wantedIds = wanted.map((run) => run.id).join(",");
  const zoom = view.zoom ? `${view.zoom.from}-${view.zoom.to}` : "";
  const maxPoints = view.smoothing > 0 ? maxSmoothedPoints : limits.panelPoints;
  const readSeries = useEffectEvent(async (alive: () => boolean) => {
    const window = view.zoom ? { fromStep: view.zoom.from, toStep: view.zoom.to } : {};
    const requests = [...byLayers(wanted)].map(([layers, runIds]) =>
      client.experiments.series.query({ id: experimentId, keys: keysOfLayers(layers), runIds, maxPoints, ...window }),
    );
    const asked = store.attempts;
    try {
      const answers = await Promise.all(requests);
      if (!alive()) return;
      store.addSeries(answers.flat(), true, asked);
    } catch (problem) {
      if (alive()) setError(problem);
    }
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again when what is wanted changes, or after each reading of the detail
  useEffect(() => {
    if (reading === 0 || wantedIds === "") return;
    let current = true;
    void readSeries(() => current);
    return () => {
      current = false;
    };
  }, [reading, wantedIds, zoom, maxPoints]);

  const readProfile = useEffectEvent(async (metric: LayerMetric, split: Split, alive: () => boolean) => {
    const asked = store.attempts;
    try {
      const sides = [metric, lastMeansOf(metric)].filter((side) => side !== null);
      const profiles = await Promise.all(
        sides.map(async (side) => ({
          side,
          views: await client.experiments.profile.query({ id: experimentId, metric: side, split }),
        })),
      );
      if (alive()) for (const { side, views } of profiles) store.addProfile(views, side, split, asked);
    } catch (problem) {
      if (alive()) setError(problem);
    }
  });
  useEffect(() => {
    if (reading === 0) return;
    let current = true;
    void readProfile(view.profileMetric, view.split, () => current);
    return () => {
      current = false;
    };
  }, [reading, view.profileMetric, view.split]);

  const geometryWanted = wantedGeometry(store.rows, view, ruleInEffect(store.detail, view));
  const geometryKeys = geometryWanted.map(({ runId, lastOnly }) => `${runId}${lastOnly ? "/last" : ""}`).join(",");
  const readGeometry = useEffectEvent(async ({ runId, lastOnly }: WantedGeometry, alive: () => boolean) => {
    const asked = store.attempts;
    try {
      const snapshots = await client.runs.geometry.query({ id: runId, lastOnly });
      if (alive()) store.addGeometry(runId, snapshots, asked);
    } catch (problem) {
      if (alive()) setError(problem);
    }
  });
  useEffect(() => {
    if (reading === 0 || geometryKeys === "") return;
    let current = true;
    for (const key of geometryKeys.split(",")) {
      const [runId = "", last] = key.split("/");
      void readGeometry({ runId, lastOnly: last !== undefined }, () => current);
    }
    return () => {
      current = false;
    };
  }, [reading, geometryKeys]);

  const speedKey = speedIsOpen(view, store.rows) ? speedMetric(view.speedMetric) : null;
  const runCount = store.rows.length;
  const readSpeed = useEffectEvent(async (metric: Metric, alive: () => boolean) => {
    const requests = [...byLayers(store.rows)].flatMap(([layers, all]) => {
      const keys = [...new Set([lastLayerKey(metric, "train", layers), lastLayerKey("gap.total", "train", layers)])];
      return chunks(all, maxRunsAsked).map((runIds) =>
        client.experiments.series.query({ id: experimentId, keys, runIds, maxPoints: maxSmoothedPoints }),
      );
    });
    const asked = store.attempts;
    try {
      const answers = await Promise.all(requests);
      if (alive()) store.addSeries(answers.flat(), false, asked);
    } catch (problem) {
      if (alive()) setError(problem);
    }
  });
  useEffect(() => {
    if (reading === 0 || speedKey === null || runCount === 0) return;
    let current = true;
    void readSpeed(speedKey, () => current);
    return () => {
      current = false;
    };
  }, [reading, speedKey, runCount]);

  return { store, version, freshness, error, readDetail };
}
