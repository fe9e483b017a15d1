"use client";
import { memo } from "react";
import type { RunRow } from "../../../contract/wire/views.ts";
import { formatMeasure, formatPercent } from "../../text/formatNumber.ts";
import { Panel } from "../../ui/Panel.tsx";
import { type Certificate, certificates } from "../model/certificate/certificate.ts";
import { certificateText, stationaryText } from "../model/certificate/certificateText.ts";

/** How far the networks are from what any depth could reach, line by line; nothing where no run has an L*. */
export const CertificatePanel = memo(function CertificatePanel({ rows }: { rows: readonly RunRow[] }) {
  const lines = certificates(rows);
  if (lines.length === 0) return null;
  return (
    <Panel testId="certificate" title="Certificate" hint="J − L*: how much lower a network of any depth could be, at most">
      <div className="flex flex-col gap-5">
        {lines.map((line) => (
          <CertificateOfLine key={line.key} line={line} />
        ))}
      </div>
    </Panel>
  );
});

function CertificateOfLine({ line }: { line: Certificate }) {
  const head = "py-1 pr-3 align-bottom font-medium text-ink-faint";
  const cell = "whitespace-nowrap py-1 pr-3 align-top";
  return (
    <div>
      {line.label !== "" && <h3 className="font-medium text-sm">{line.label}</h3>}
      <p className="max-w-prose text-ink-soft text-sm">{certificateText(line)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <section className="overflow-x-auto pt-2 text-xs" tabIndex={0} aria-label={`Certificate ${line.label}`.trim()}>
        <table className="w-full border-collapse text-left tabular-nums">
          <thead>
            <tr>
              {["Depth L", "J − L*, least", "in L*", "J − L*, largest", "Start", "Finished", "The best run's end"].map(
                (title) => (
                  <th key={title} scope="col" className={head}>
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {line.depths.map((depth) => (
              <tr key={depth.depth} className="border-line border-t">
                <td className={cell}>{depth.depth}</td>
                <td className={cell}>{formatMeasure(depth.above)}</td>
                <td className={cell}>{formatPercent(depth.relative)}</td>
                <td className={cell}>{formatMeasure(depth.most)}</td>
                <td className={cell}>{line.start}</td>
                <td className={cell}>
                  {depth.finished} of {depth.runs}
                </td>
                <td className="min-w-44 py-1 pr-3 align-top">{stationaryText(depth)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
