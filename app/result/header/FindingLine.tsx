"use client";
import { memo, useMemo, useState } from "react";
import type { LeaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { keptTogether } from "../../text/keptTogether.ts";
import { findings } from "../model/study/findings.ts";

const shownAtOnce = 3;

/** What the study shows, computed from its numbers. */
export const FindingLine = memo(function FindingLine({
  rows,
  rule,
}: {
  rows: readonly RunRow[];
  rule: LeaveOutRule | undefined;
}) {
  const [all, setAll] = useState(false);
  const found = useMemo(() => findings(rows, rule), [rows, rule]);
  if (found.lines.length === 0) return null;
  const lines = all ? found.lines : found.lines.slice(0, shownAtOnce);
  return (
    <div data-testid="finding" className="rounded-lg border border-line bg-surface px-4 py-3">
      {found.state && <p className="text-busy text-xs">{found.state}:</p>}
      <ul className="space-y-0.5">
        {lines.map((line) => (
          <li key={line.key} className="text-lg leading-7">
            {keptTogether(line.text)}
          </li>
        ))}
      </ul>
      {found.lines.length > shownAtOnce && (
        <button type="button" onClick={() => setAll(!all)} className="text-accent text-xs hover:underline">
          {all ? "fewer" : `${found.lines.length - shownAtOnce} more`}
        </button>
      )}
      <p className="mt-0.5 text-2xs text-ink-faint">
        Last values on the training set; over seeds the geometric mean of NC1, the arithmetic one of the gap
        {found.lines.some((line) => line.text.includes("slope")) &&
          "; slopes by least squares on log-log axes through the depths' geometric means, with standard error and 95 % interval"}
        {found.caveats.length > 0 && `; ${found.caveats.join("; ")}`}.
      </p>
    </div>
  );
});
