"use client";
import { useCallback, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from "react";
import type { AnyExperimentDetail } from "../../../contract/wire/externalViews.ts";
import { isGone, mayPass } from "../../data/failureOf.ts";
import { useTRPCClient } from "../../data/trpcClient.ts";
import type { FreshnessStore } from "../../live/FreshnessStore.ts";
import type { LivePageStore } from "../../live/LivePageStore.ts";
import type { LiveRow } from "../../live/RowBatch.ts";
import { useLiveStore } from "../../live/useLiveStore.ts";

/** Reading begins after joining; without an answer to that it begins anyway. */
const joinPatienceMs = 1_200;
/** A server or a database that did not answer is asked again after this time. */
const askAgainMs = 5_000;

interface LiveDetail {
  version: number;
  freshness: FreshnessStore;
  error: unknown;
  setError: (problem: unknown) => void;
  /** Counts the readings of the detail: everything else is read again after each. */
  reading: number;
  readDetail: () => Promise<void>;
}

/**
 * Reads an experiment into a store and keeps it up to date by its room.
 * @param take puts what was read into the store; true: it is to be read again
 */
export function useLiveDetail<Row extends LiveRow>(
  experimentId: string,
  store: LivePageStore<Row> & { detail: object | null },
  take: (detail: AnyExperimentDetail) => boolean,
): LiveDetail {
  const client = useTRPCClient();
  const version = useSyncExternalStore(store.subscribe, store.getVersion, store.getVersion);
  const [error, setError] = useState<unknown>(null);
  const [reading, setReading] = useState(0);
  const joined = useRef(false);
  const turns = useRef({ asked: 0, answered: 0 });
  const latestTake = useRef(take);
  useEffect(() => {
    latestTake.current = take;
  });

  const readDetail = useCallback(async () => {
    const turn = ++turns.current.asked;
    try {
      const detail = await client.experiments.get.query({ id: experimentId });
      // An answer that was overtaken by a later one is older than what is shown.
      if (turn < turns.current.answered) return;
      turns.current.answered = turn;
      const readAgain = latestTake.current(detail);
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
    onBatch: (_, readAgain) => void (readAgain && readDetail()),
  });
  const beginAnyway = useEffectEvent(() => joined.current || void readDetail());
  useEffect(() => {
    const timer = setTimeout(() => beginAnyway(), joinPatienceMs);
    return () => clearTimeout(timer);
  }, []);

  return { version, freshness, error, setError, reading, readDetail };
}
