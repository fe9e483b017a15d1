import type { RunRow } from "../../contract/wire/views.ts";
import { certificates } from "../result/model/certificate/certificate.ts";
import { certificateColumns } from "../result/model/certificate/certificateColumns.ts";
import { certificateHint, certificateText } from "../result/model/certificate/certificateText.ts";
import { ReportTable } from "./ReportTable.tsx";
import { Section } from "./Section.tsx";

/** How far the networks are from what any depth could reach, a table a line; nothing where no run has an L*. */
export function CertificateTables({ rows }: { rows: readonly RunRow[] }) {
  const lines = certificates(rows);
  if (lines.length === 0) return null;
  return (
    <Section title="Certificate" id="certificate">
      {lines.map((line) => (
        <div key={line.key} className="break-inside-avoid space-y-1">
          {line.label !== "" && <h3 className="font-medium text-sm">{line.label}</h3>}
          <p className="text-sm">{certificateText(line)}</p>
          <ReportTable
            testId="certificate"
            caption={certificateHint}
            columns={certificateColumns}
            rows={line.depths}
            keyOf={({ depth }) => depth}
          />
        </div>
      ))}
    </Section>
  );
}
