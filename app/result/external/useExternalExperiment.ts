"use client";
import { useMemo } from "react";
import { isExternal } from "../../../contract/external/externalConfig.ts";
import { limits } from "../../../contract/limits.ts";
import type { AnyExperimentDetail, ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { useTRPCClient } from "../../data/trpcClient.ts";
import type { FreshnessStore } from "../../live/FreshnessStore.ts";
import { chunks, maxRunsAsked, maxSmoothedPoints } from "../reading/readingLimits.ts";
import { useGeometryReading } from "../reading/useGeometryReading.ts";
import { useLiveDetail } from "../reading/useLiveDetail.ts";
import { useProfileReading } from "../reading/useProfileReading.ts";
import { useReading } from "../reading/useReading.ts";
import { ExternalStore } from "./ExternalStore.ts";
import { configKeys } from "./model/configKeys.ts";
import { axisInEffect } from "./model/externalAxes.ts";
import { externalGeometryRun } from "./model/externalGeometryRun.ts";
import { defaultMeasure, measureKey } from "./model/measures.ts";
import { externalPanels, panelKeys, shownExternal } from "./model/trainingPanels.ts";
import type { ExternalView } from "./view/externalView.ts";

interface ExternalReading {
  store: ExternalStore;
  freshness: FreshnessStore;
  error: unknown;
  readDetail: () => Promise<void>;
}

/** Series named in one question: the server refuses more, and an address has an end. */
const maxKeysAsked = 40;

/** Runs by the series that are asked of them: the last layer has another number in each network. */
function byKeys(
  runs: readonly ExternalRunRow[],
  keysOf: (run: ExternalRunRow) => string[],
): { keys: string[]; runIds: string[] }[] {
  const groups = new Map<string, { keys: string[]; runIds: string[] }>();
  for (const run of runs) {
    const keys = keysOf(run);
    const group = groups.get(keys.join("\n")) ?? { keys, runIds: [] };
    groups.set(keys.join("\n"), group);
    group.runIds.push(run.id);
  }
  return [...groups.values()].flatMap(({ keys, runIds }) =>
    chunks(keys, maxKeysAsked).flatMap((some) => chunks(runIds, maxRunsAsked).map((ids) => ({ keys: some, runIds: ids }))),
  );
}

/**
 * Reads a study of runs that were trained elsewhere into a store and keeps it up to date.
 * @param logged panels of logged numbers that are shown
 */
export function useExternalExperiment(experimentId: string, view: ExternalView, logged: number): ExternalReading {
  const client = useTRPCClient();
  const store = useMemo(() => new ExternalStore(), []);
  const take = (detail: AnyExperimentDetail) => isExternal(detail) && store.setDetail(detail);
  const { freshness, error, setError, reading, readDetail } = useLiveDetail(experimentId, store, take);
  const { rows } = store;

  const keys = useMemo(() => configKeys(rows), [rows]);
  const { runs } = shownExternal(rows, keys, view);
  const panels = externalPanels(rows, logged);
  const zoom = view.zoom ? `${view.zoom.from}-${view.zoom.to}` : "";
  const maxPoints = view.smoothing > 0 ? maxSmoothedPoints : limits.panelPoints;
  const readSeries = async (alive: () => boolean) => {
    const window = view.zoom ? { fromStep: view.zoom.from, toStep: view.zoom.to } : {};
    const attempts = store.attempts;
    const answers = await Promise.all(
      byKeys(runs, (run) => panelKeys(run, panels)).map((some) =>
        client.experiments.series.query({ id: experimentId, ...some, maxPoints, ...window }),
      ),
    );
    if (alive()) store.addSeries(answers.flat(), true, attempts);
  };
  const wanted = `${runs.map(({ id }) => id).join(",")} ${panels.map(({ id }) => id).join(",")} ${zoom} ${maxPoints}`;
  useReading(reading, panels.length === 0 || runs.length === 0 ? null : wanted, readSeries, setError);

  // A curve over steps is of all runs, not only of those that the panels show.
  const measure = view.measure ?? defaultMeasure(rows, view.split);
  const overSteps = axisInEffect(rows, keys, view.axis).of === "step";
  const readCurve = async (alive: () => boolean) => {
    const attempts = store.attempts;
    const asked = byKeys(rows, (run) => [measureKey(run, measure, view.split) ?? []].flat());
    const answers = await Promise.all(
      asked.map((some) => client.experiments.series.query({ id: experimentId, ...some, maxPoints: limits.panelPoints })),
    );
    if (alive()) store.addSeries(answers.flat(), false, attempts);
  };
  useReading(reading, overSteps && rows.length > 0 ? `${measure} ${view.split} ${rows.length}` : null, readCurve, setError);

  useProfileReading(experimentId, store, reading, view, setError);
  const shown = externalGeometryRun(rows, view.geometryRun);
  useGeometryReading(store, reading, shown === null ? [] : [{ runId: shown.id, lastOnly: false }], setError);

  return { store, freshness, error, readDetail };
}
