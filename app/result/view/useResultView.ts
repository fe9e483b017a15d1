"use client";
import { useCallback, useMemo } from "react";
import { useAddress } from "../../address/useAddress.ts";
import { type ResultView, readView, viewPatch } from "./resultView.ts";

export type ChangeView = (changes: Partial<ResultView>) => void;

/** The choices of the page, read from the address and written back to it. */
export function useResultView(): [ResultView, ChangeView] {
  const address = useAddress();
  const view = useMemo(() => readView(address.get), [address]);
  const change = useCallback((changes: Partial<ResultView>) => address.set(viewPatch(changes)), [address.set]);
  return [view, change];
}
