"use client";
import { useEffect, useEffectEvent, useState } from "react";
import { formatCount } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";

const frameMs = 160;

interface TimeSliderProps {
  /** Measured steps, in order. */
  steps: readonly number[];
  /** Chosen step; null follows the latest. */
  at: number | null;
  onAt: (step: number | null) => void;
  label: string;
}

/** Moves through the measured steps of a training, by hand or playing; at its right end it follows the live run. */
export function TimeSlider({ steps, at, onAt, label }: TimeSliderProps) {
  const [playing, setPlaying] = useState(false);
  const last = steps.length - 1;
  const index =
    at === null
      ? last
      : Math.max(
          0,
          steps.findLastIndex((step) => step <= at),
        );
  const advance = useEffectEvent(() => {
    const next = index + 1;
    if (next >= last) {
      setPlaying(false);
      onAt(null);
    } else onAt(steps[next] as number);
  });
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => advance(), frameMs);
    return () => clearInterval(timer);
  }, [playing]);
  const text = steps.length === 0 ? "no step yet" : `step ${formatCount(steps[index] ?? 0)}${at === null ? " (latest)" : ""}`;
  return (
    <div className="flex min-w-full flex-1 items-center gap-2 sm:min-w-44">
      <Button
        look="quiet"
        small
        disabled={steps.length < 2}
        aria-label={playing ? `Pause: ${label}` : `Play: ${label}`}
        onClick={() => {
          if (!playing && index >= last) onAt(steps[0] ?? null);
          setPlaying(!playing);
        }}
      >
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill="currentColor">
          <path d={playing ? "M2,1h3v10h-3zM7,1h3v10h-3z" : "M2,1L11,6L2,11Z"} />
        </svg>
      </Button>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={text}
        className="min-w-20 flex-1"
        min={0}
        max={Math.max(1, last)}
        value={Math.max(0, index)}
        disabled={steps.length < 2}
        onChange={(event) => {
          const next = Number(event.target.value);
          setPlaying(false);
          onAt(next >= last ? null : (steps[next] as number));
        }}
      />
      <span className="w-28 shrink-0 text-right text-ink-soft text-xs">{text}</span>
    </div>
  );
}
