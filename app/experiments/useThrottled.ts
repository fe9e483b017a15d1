"use client";
import { useCallback, useEffect, useRef } from "react";

/** Calls at most once every `everyMs`, the last call included. */
export function useThrottled(call: () => unknown, everyMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      call();
    }, everyMs);
  }, [call, everyMs]);
}
