"use client";
import { keptTogether } from "../../text/keptTogether.ts";
import { misfitText, slopeInterval, slopeRange, slopeText } from "../../text/slopeText.ts";
import type { CurveRun, SeedCurve } from "../model/study/seedCurve.ts";

interface SlopeTableProps<Run extends CurveRun> {
  curves: readonly SeedCurve<Run>[];
  /** Name of the x axis: "depth". */
  axis: string;
  /** How each curve's slope compares with theory, by the curve's key; null: theory says nothing of any. */
  verdicts: ReadonlyMap<string, string> | null;
}

/** The slope of each curve with its error, interval and range, how well the line fits, and how that compares with theory. */
export function SlopeTable<Run extends CurveRun>({ curves, axis, verdicts }: SlopeTableProps<Run>) {
  const fitted = curves.filter((curve) => curve.fit !== null);
  if (fitted.length === 0) return null;
  const judged = verdicts !== null;
  const head = "py-1 pr-3 align-bottom font-medium text-ink-faint";
  const cell = "whitespace-nowrap py-1 pr-3 align-top";
  const words = "min-w-28 py-1 pr-3 align-top";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <section className="overflow-x-auto pt-1 text-xs" tabIndex={0} aria-label="Slopes" data-testid="slopes">
      <table className="w-full border-collapse text-left tabular-nums">
        <thead>
          <tr>
            <th scope="col" className={head}>
              Line
            </th>
            <th scope="col" className={head}>
              Slope ± std. error
            </th>
            <th scope="col" className={head}>
              95 % interval
            </th>
            <th scope="col" className={head}>
              From {axis}
            </th>
            <th scope="col" className={head}>
              Misfit of the line
            </th>
            {judged && (
              <th scope="col" className={head}>
                Against the theory
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {fitted.map((curve) =>
            curve.fit === null ? null : (
              <tr key={curve.key} className="border-line border-t">
                <td className={words}>{curve.label || "all runs"}</td>
                <td className={cell}>{slopeText(curve.fit)}</td>
                <td className={cell}>{slopeInterval(curve.fit) ?? "none from two points"}</td>
                <td className={cell}>{slopeRange(curve.fit)}</td>
                <td className={words}>{keptTogether(misfitText(curve.fit))}</td>
                {judged && (
                  <td className={words}>{keptTogether(verdicts.get(curve.key) ?? "the theorems say nothing about it")}</td>
                )}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}
