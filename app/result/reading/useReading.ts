"use client";
import { useEffect, useEffectEvent } from "react";

/**
 * Reads something when what is asked for changes, and again after each reading of the detail.
 * @param reading how often the detail was read; nothing is read before that
 * @param asked what is asked for, as a text; null: nothing
 * @param read takes what is needed into the store, as long as it is still what is asked for
 */
export function useReading(
  reading: number,
  asked: string | null,
  read: (alive: () => boolean) => Promise<void>,
  onError: (problem: unknown) => void,
): void {
  const begin = useEffectEvent(async (alive: () => boolean) => {
    try {
      await read(alive);
    } catch (problem) {
      if (alive()) onError(problem);
    }
  });
  useEffect(() => {
    if (reading === 0 || asked === null) return;
    let current = true;
    void begin(() => current);
    return () => {
      current = false;
    };
  }, [reading, asked]);
}
