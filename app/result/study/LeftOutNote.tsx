"use client";
import type { ConvergenceRule } from "../../../contract/config/experimentConfig.ts";
import { isUnconverged, type JudgedRun, leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";

interface LeftOutNoteProps {
  detail: { config: { convergence?: ConvergenceRule | undefined } };
  rows: readonly JudgedRun[];
  countAll: boolean;
  onCountAll: (countAll: boolean) => void;
}

/** How many runs are in no mean of the page, by which rule, and the switch to count them. */
export function LeftOutNote({ detail, rows, countAll, onCountAll }: LeftOutNoteProps) {
  const rule = leaveOutRule(detail.config.convergence);
  const leftOut = rows.filter((row) => isUnconverged(row, rule)).length;
  if (leftOut === 0) return null;
  const runs = `${leftOut} of ${countOf(rows.length, "run")}`;
  const below = `ended with a training accuracy below ${rule.minTrainAccuracy}`;
  return (
    <div
      data-testid="left-out-note"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line bg-surface px-4 py-2 text-sm"
    >
      <p className="min-w-0 flex-1 basis-72">
        <span className="text-warn">
          {runs} {below} and {leftOut === 1 ? "is" : "are"} {countAll ? "counted anyway" : "in no mean, band or slope"}
        </span>
        <span className="text-ink-soft">
          {rule.byTheory
            ? ": neural collapse is a claim about networks that fit their training set (the threshold is lower where labels are noisy, classes are unequal, or the optimum is zero)."
            : ": the study's own rule."}
        </span>
      </p>
      <Button small onClick={() => onCountAll(!countAll)} data-testid="count-all">
        {countAll ? "Leave them out" : "Count them"}
      </Button>
    </div>
  );
}
