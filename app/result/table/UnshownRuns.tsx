import { countOf } from "../../text/formatNumber.ts";
import { numberRanges } from "../../text/numberRanges.ts";
import { Notice } from "../../ui/Notice.tsx";

/** Says which runs are in no chart and no table of the page, because it does not know their form. */
export function UnshownRuns({ runs }: { runs: readonly { ordinal: number }[] }) {
  if (runs.length === 0) return null;
  const one = runs.length === 1;
  return (
    <Notice role="alert" testId="unshown-runs">
      <p className="min-w-0">
        {countOf(runs.length, "run")} ({one ? "number" : "numbers"} {numberRanges(runs.map((run) => run.ordinal + 1))}){" "}
        {one ? "is" : "are"} not shown: {one ? "its" : "their"} settings or results have a form that this page does not know,
        perhaps from another version of the program. Reload the page after an upgrade; the exports have {one ? "it" : "them"}.
      </p>
    </Notice>
  );
}
