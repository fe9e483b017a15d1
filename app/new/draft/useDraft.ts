"use client";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { gridOfRun } from "../../../contract/config/gridOfRun.ts";
import { isExternal, isExternalConfig } from "../../../contract/external/externalConfig.ts";
import { presets } from "../../../contract/presets/presets.ts";
import { storableText } from "../../../contract/wireText.ts";
import { useAddress } from "../../address/useAddress.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { blank, type Draft, firstDraft, loadDraft, presetDraft, renewDefinitions, saveDraft } from "./draft.ts";

/**
 * The draft of a new experiment: from the address (`?preset=`, `?from=<experiment>`, `?run=<run>`), else what was left
 * unfinished in this browser, else the first preset. With the first change the address lets go and the browser keeps it.
 */
export function useDraft() {
  const trpc = useTRPC();
  const address = useAddress();
  const preset = address.get("preset");
  const from = address.get("from");
  const run = address.get("run");
  const source = preset ?? from ?? run;

  const experiment = useQuery(
    trpc.experiments.get.queryOptions({ id: from ?? "" }, { enabled: from !== null, staleTime: 60_000 }),
  );
  const cell = useQuery(trpc.runs.get.queryOptions({ id: run ?? "" }, { enabled: run !== null, staleTime: 60_000 }));

  const [draft, setDraft] = useState<Draft | null>(null);
  const [restored, setRestored] = useState(false);
  const [earlier, setEarlier] = useState<readonly string[]>([]);
  const [origin, setOrigin] = useState<string | null>(null);
  const touched = useRef(false);
  const loadedFrom = useRef<string | null | undefined>(undefined);
  const setInAddress = address.set;

  useEffect(() => {
    if (loadedFrom.current === source) return;
    const settle = (loaded: Draft, presetId: string | null) => {
      const renewed = renewDefinitions(loaded);
      loadedFrom.current = source;
      touched.current = false;
      setRestored(false);
      setOrigin(presetId);
      setEarlier(renewed.earlier);
      setDraft(renewed.draft);
    };
    if (preset !== null) return settle(presetDraft(preset) ?? firstDraft(), preset);
    if (from !== null) {
      if (experiment.data && !isExternal(experiment.data)) {
        const { name, note, tags, config } = experiment.data;
        settle({ ...blank, name: forkName(name), note, tags, config }, null);
      }
      return;
    }
    if (run !== null) {
      if (cell.data && !isExternalConfig(cell.data.row.config))
        settle({ ...blank, name: forkName(cell.data.experimentName), config: gridOfRun(cell.data.row.config) }, null);
      return;
    }
    // The address let go of its source after a change: what is on the screen stays.
    if (loadedFrom.current !== undefined) {
      loadedFrom.current = null;
      return;
    }
    const left = loadDraft();
    settle(left ?? firstDraft(), left === null ? presets[0].id : null);
    setRestored(left !== null);
  }, [source, preset, from, run, experiment.data, cell.data]);

  const change = useCallback(
    (update: (draft: Draft) => Draft) => {
      touched.current = true;
      setDraft((before) => (before === null ? before : update(before)));
      setInAddress({ preset: null, from: null, run: null });
    },
    [setInAddress],
  );
  const changeConfig = useCallback(
    (patch: Partial<ExperimentConfig>) => change((before) => ({ ...before, config: { ...before.config, ...patch } })),
    [change],
  );

  // Kept once it is a person's own: an untouched preset is not a draft.
  useEffect(() => {
    if (draft === null || !touched.current) return;
    const timer = setTimeout(() => saveDraft(draft), 200);
    return () => clearTimeout(timer);
  }, [draft]);

  const start = useCallback(
    (presetId: string) => {
      saveDraft(null);
      setInAddress({ preset: presetId, from: null, run: null });
    },
    [setInAddress],
  );

  const forked = experiment.data?.config ?? cell.data?.row.config;
  const foreign = forked && isExternalConfig(forked) ? externalSourceProblem : null;
  return { draft, change, changeConfig, start, restored, earlier, origin, problem: experiment.error ?? cell.error ?? foreign };
}

/** In the form in which the server says why something is not possible. */
const externalSourceProblem = {
  data: {
    failure: {
      code: "CONFLICT",
      message: "These runs were trained elsewhere: there are no settings of theirs that this program could train with.",
    },
  },
};

const forkName = (name: string) => `${storableText(name.replace(/ \(fork\)$/, ""), 110)} (fork)`;
