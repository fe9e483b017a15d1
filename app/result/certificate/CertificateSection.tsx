"use client";
import { memo } from "react";
import type { RunRow } from "../../../contract/wire/views.ts";
import { Panel } from "../../ui/Panel.tsx";
import { type Certificate, certificateIsOpen, certificates } from "../model/certificate/certificate.ts";
import { certificateColumns } from "../model/certificate/certificateColumns.ts";
import { certificateHint, certificateText } from "../model/certificate/certificateText.ts";
import { SectionToggle } from "../parts/SectionToggle.tsx";

interface CertificateSectionProps {
  rows: readonly RunRow[];
  view: { certificate: boolean | null };
  onView: (changes: { certificate: boolean }) => void;
}

/**
 * How far the networks are from what any depth could reach, line by line: open where networks grew or were polished, else on request;
 * nothing where no run has an L*.
 */
export const CertificateSection = memo(function CertificateSection({ rows, view, onView }: CertificateSectionProps) {
  const lines = certificates(rows);
  if (lines.length === 0) return null;
  const open = certificateIsOpen(view, rows);
  return (
    <section aria-labelledby="certificate-heading" data-testid="certificate">
      <SectionToggle id="certificate-heading" title="Certificate" open={open} onOpen={(certificate) => onView({ certificate })} />
      {open && (
        <Panel>
          <div className="flex flex-col gap-5">
            <p className="text-ink-faint text-xs">{certificateHint}</p>
            {lines.map((line) => (
              <CertificateOfLine key={line.key} line={line} />
            ))}
          </div>
        </Panel>
      )}
    </section>
  );
});

function CertificateOfLine({ line }: { line: Certificate }) {
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
              {certificateColumns.map(({ title }) => (
                <th key={title} scope="col" className="py-1 pr-3 align-bottom font-medium text-ink-faint">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {line.depths.map((depth) => (
              <tr key={depth.depth} className="border-line border-t">
                {certificateColumns.map(({ title, of, isText }) => (
                  <td key={title} className={isText ? "min-w-44 py-1 pr-3 align-top" : cell}>
                    {of(depth)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
