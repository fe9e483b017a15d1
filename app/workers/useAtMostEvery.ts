import { useCallback, useEffect, useRef } from "react";

/** Calls at once, and for what comes within `ms` after a call once more at its end: of 200 workers something changes all the time. */
export function useAtMostEvery(ms: number, act: () => void): () => void {
  const latest = useRef(act);
  latest.current = act;
  const state = useRef<{ timer: ReturnType<typeof setTimeout> | null; again: boolean }>({ timer: null, again: false });
  useEffect(
    () => () => {
      if (state.current.timer) clearTimeout(state.current.timer);
    },
    [],
  );
  return useCallback(() => {
    const now = state.current;
    const call = () => {
      now.again = false;
      latest.current();
      now.timer = setTimeout(() => {
        now.timer = null;
        if (now.again) call();
      }, ms);
    };
    if (now.timer === null) call();
    else now.again = true;
  }, [ms]);
}
