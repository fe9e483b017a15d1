"use client";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { LogLine } from "../../../contract/wire/views.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { classes } from "../../ui/classes.ts";
import { Panel } from "../../ui/Panel.tsx";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const tones = { info: "text-ink-soft", warning: "text-warn", error: "text-bad" };

/** The run's log; follows its end while that is in sight. Earlier lines come on request, above those in sight. */
export function RunLog({
  lines,
  readEarlier,
  reading,
  ended,
  writer = "a worker writes here once it takes the run",
}: {
  lines: LogLine[];
  readEarlier: (() => void) | null;
  reading: boolean;
  /** Nothing more is written. */
  ended: boolean;
  /** Who will write here, and when. */
  writer?: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [first] = lines;
  /** Height of what stood here before earlier lines were put above it. */
  const heightBefore = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when lines came above
  useLayoutEffect(() => {
    if (box.current && heightBefore.current !== null) box.current.scrollTop += box.current.scrollHeight - heightBefore.current;
    heightBefore.current = null;
  }, [first?.attempt, first?.seq]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each new line
  useEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <Panel
      title="Log"
      hint={lines.length > 0 ? `${readEarlier ? "the last " : ""}${countOf(lines.length, "line")}` : undefined}
      padded={false}
      testId="log"
    >
      <div
        ref={box}
        role="log"
        aria-label="Log of the run"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          following.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
        className="h-80 overflow-auto px-4 py-3 font-mono text-xs leading-5"
      >
        {readEarlier && (
          <div className="mb-2 text-center font-sans">
            <Button
              small
              look="quiet"
              disabled={reading}
              data-testid="earlier-lines"
              onClick={() => {
                following.current = false;
                heightBefore.current = box.current?.scrollHeight ?? null;
                readEarlier();
              }}
            >
              {reading ? "Reading…" : "Earlier lines"}
            </Button>
          </div>
        )}
        {lines.length === 0 && (
          <p className="font-sans text-ink-faint text-sm">{ended ? "No lines to show." : `No lines yet: ${writer}.`}</p>
        )}
        {lines.map((line, index) => {
          const newAttempt = line.attempt !== lines[index - 1]?.attempt;
          return (
            <div key={`${line.attempt}.${line.seq}`}>
              {newAttempt && (
                <div className={classes("font-sans text-2xs text-ink-faint", index > 0 && "mt-2")}>attempt {line.attempt}</div>
              )}
              <div className="grid grid-cols-[64px_minmax(0,1fr)] gap-2">
                <time dateTime={line.at} className="text-ink-faint">
                  {clock.format(new Date(line.at))}
                </time>
                <span className={classes("whitespace-pre-wrap break-words", tones[line.level])}>
                  {line.level !== "info" && <span className="sr-only">{line.level}: </span>}
                  {line.text}
                </span>
              </div>
            </div>
          );
        })}
      </div>
    </Panel>
  );
}
