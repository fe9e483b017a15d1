import type { ReactNode } from "react";
import type { ExperimentStatus, RunStatus } from "../../contract/status.ts";
import { classes } from "./classes.ts";

type Tone = "plain" | "accent" | "good" | "busy" | "warn" | "bad";

const tones: Record<Tone, string> = {
  plain: "border-line text-ink-soft",
  accent: "border-transparent bg-accent-soft text-accent",
  good: "border-transparent bg-good-soft text-good",
  busy: "border-transparent bg-busy-soft text-busy",
  warn: "border-transparent bg-warn-soft text-warn",
  bad: "border-transparent bg-bad-soft text-bad",
};

export function Badge({ tone = "plain", children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span
      title={title}
      className={classes(
        "inline-flex h-5 min-w-0 max-w-full items-center gap-1 whitespace-nowrap rounded-sm border px-1.5 text-2xs leading-none",
        tones[tone],
      )}
    >
      {typeof children === "string" ? <span className="truncate">{children}</span> : children}
    </span>
  );
}

const statusTones: Record<RunStatus | ExperimentStatus, Tone> = {
  queued: "plain",
  leased: "busy",
  running: "busy",
  pausing: "warn",
  paused: "plain",
  cancelling: "warn",
  finished: "good",
  diverged: "bad",
  failed: "bad",
  cancelled: "plain",
  incomplete: "warn",
};
const statusTexts: Partial<Record<RunStatus | ExperimentStatus, string>> = { leased: "starting" };
/** How a status is called for people. */
export const statusText = (status: RunStatus | ExperimentStatus): string => statusTexts[status] ?? status;
/** A sign besides the colour, for eyes that do not tell the colours apart. */
const signs: Record<RunStatus | ExperimentStatus, string> = {
  queued: "○",
  leased: "◔",
  running: "◑",
  pausing: "◌",
  paused: "‖",
  cancelling: "◌",
  finished: "●",
  diverged: "✕",
  failed: "✕",
  cancelled: "–",
  incomplete: "◐",
};

/** Status of a run or an experiment. */
export function StatusBadge({ status }: { status: RunStatus | ExperimentStatus }) {
  return (
    <Badge tone={statusTones[status]}>
      <span aria-hidden="true" className={status === "running" ? "animate-dot" : undefined}>
        {signs[status]}
      </span>
      <span data-status={status}>{statusText(status)}</span>
    </Badge>
  );
}
