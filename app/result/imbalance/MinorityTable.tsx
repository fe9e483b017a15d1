"use client";
import { withData } from "../model/grid/dataVersions.ts";
import { cosineText, gramKinds, halfBand, halfNames, type LevelGeometry } from "../model/imbalance/imbalanceGeometry.ts";

const halves = ["minority", "majority"] as const;
const kindTitles = { means: "means", head: "head" } as const;
const columns = halves.flatMap((half) => gramKinds.map((kind) => ({ half, kind })));

/** The mean cosines within both halves at each level in numbers: mean ± standard deviation over the seeds. */
export function MinorityTable({ levels }: { levels: readonly LevelGeometry[] }) {
  const halfTitles = halfNames(levels[0]);
  const first = "py-1 pr-2 text-left";
  const cell = "py-1 pl-3 text-right";
  return (
    <div className="overflow-x-auto pt-1">
      <table className="w-full border-collapse whitespace-nowrap text-xs" data-testid="minority-table">
        <caption className="sr-only">
          Mean cosine between different classes: arithmetic mean ± standard deviation over the seeds
        </caption>
        <thead className="text-ink-faint">
          <tr>
            <th scope="col" rowSpan={2} className={`${first} align-bottom font-medium`}>
              ratio
            </th>
            <th scope="col" rowSpan={2} className={`${cell} align-bottom font-medium`}>
              N
            </th>
            {halves.map((half) => (
              <th key={half} scope="colgroup" colSpan={gramKinds.length} className={`${cell} font-medium`}>
                {halfTitles[half]}
              </th>
            ))}
          </tr>
          <tr>
            {columns.map(({ half, kind }) => (
              <th key={`${half} ${kind}`} scope="col" className={`${cell} font-normal`}>
                {kindTitles[kind]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {levels.map((level) => (
            <tr key={withData(String(level.imbalance), level.data)} className="border-line border-t">
              <th scope="row" className={`${first} font-medium`}>
                {withData(level.imbalance === 1 ? "balanced" : String(level.imbalance), level.data)}
              </th>
              <td className={`${cell} text-ink-soft`}>{level.seeds.length}</td>
              {columns.map(({ half, kind }) => (
                <td key={`${half} ${kind}`} className={cell}>
                  {cosineText(halfBand(level, kind, half))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
