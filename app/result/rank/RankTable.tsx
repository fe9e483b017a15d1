"use client";
import { readable } from "../../text/shortNumber.ts";
import { lowSolutions, type RankCell, rankCounts } from "../model/rank/rankCells.ts";

/** Ranks, objectives and what they say, a row a line and depth. */
export function RankTable({ cells }: { cells: readonly RankCell[] }) {
  const first = "py-1 pr-2 text-left";
  const cell = "py-1 pl-3 text-right";
  return (
    <div className="overflow-x-auto pt-1">
      <table className="w-full border-collapse whitespace-nowrap text-xs" data-testid="rank-table">
        <caption className="sr-only">Ranks of the solutions and their objectives, by depth</caption>
        <thead className="text-ink-faint">
          <tr>
            {["line", "L", "N", "rank × seeds", "rank < K", "least J", "J of collapse", "below it"].map((title, at) => (
              <th key={title} scope="col" className={`${at === 0 ? first : cell} font-medium`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((one) => {
            const { ofLowRank, belowCollapse } = lowSolutions(one);
            const count = one.solutions.length;
            return (
              <tr key={`${one.lineKey} ${one.depth}`} className="border-line border-t">
                <th scope="row" className={`${first} font-medium`}>
                  {one.line}
                </th>
                <td className={cell}>{one.depth}</td>
                <td className={`${cell} text-ink-soft`}>{count}</td>
                <td className={cell}>
                  {rankCounts(one)
                    .map(({ rank, count: seeds }) => `${rank} × ${seeds}`)
                    .join(", ")}
                </td>
                <td className={cell}>{`${ofLowRank} of ${count}`}</td>
                <td className={cell}>{readable(Math.min(...one.solutions.map(({ objective }) => objective)), 4)}</td>
                <td className={cell}>{one.collapse === null ? "–" : readable(one.collapse, 4)}</td>
                <td className={cell}>{belowCollapse === null ? "–" : `${belowCollapse} of ${count}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
