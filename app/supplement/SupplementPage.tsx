import { leaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { Supplement } from "../../contract/wire/supplement.ts";
import { certificateIsOpen } from "../result/model/certificate/certificate.ts";
import { leftOutOfRows } from "../result/model/runs/convergenceRule.ts";
import { findings } from "../result/model/study/findings.ts";
import { CertificateTables } from "./CertificateTables.tsx";
import { ConfigFacts } from "./ConfigFacts.tsx";
import { Definitions } from "./Definitions.tsx";
import { layersPlace, studyPlace } from "./places.ts";
import { NoteSection, ReportFrame } from "./ReportFrame.tsx";
import { Rerun } from "./Rerun.tsx";
import { MeansTable, RunsTable } from "./RunsTables.tsx";
import { Section } from "./Section.tsx";
import { LayerFigure, MoreFigures, StudyFigure } from "./StaticFigures.tsx";

/** The report of a study as it is read without JavaScript; the two signature charts take the place of their pictures where there is some. */
export function SupplementPage({ supplement }: { supplement: Supplement }) {
  const { detail } = supplement;
  const { runs } = detail;
  const rule = leaveOutRule(detail.config.convergence);
  const { state, lines, caveats } = findings(runs, rule);
  const leftOut = leftOutOfRows(runs, rule);
  return (
    <ReportFrame supplement={supplement}>
      {lines.length > 0 && (
        <Section title="What was found" id="found">
          {state !== null && <p className="text-busy text-sm">{state}:</p>}
          <ul className="list-disc space-y-1 pl-5 text-base leading-6">
            {lines.map(({ key, text }) => (
              <li key={key}>{text}</li>
            ))}
          </ul>
          <p className="text-ink-faint text-xs">
            Last values on the training set; over seeds the geometric mean of NC1, the arithmetic one of the gap; slopes by least
            squares on log-log axes with standard error and 95 % interval
            {caveats.length > 0 && `; ${caveats.join("; ")}`}.
          </p>
        </Section>
      )}

      <NoteSection supplement={supplement} />

      <Section title="The study" id="study">
        {leftOut !== null && <p className="text-sm text-warn">{leftOut}; drawn hollow, in no mean, band or slope.</p>}
        <div id={studyPlace} className="break-inside-avoid">
          <StudyFigure supplement={supplement} />
        </div>
        <div id={layersPlace} className="break-inside-avoid">
          <LayerFigure supplement={supplement} />
        </div>
        <MoreFigures supplement={supplement} />
      </Section>

      {certificateIsOpen({ certificate: null }, runs) && <CertificateTables rows={runs} />}

      <Section title="Means over seeds" id="means">
        <MeansTable rows={runs} rule={rule} />
      </Section>

      <Section title="What was run" id="config">
        <ConfigFacts rows={runs} rule={rule} />
      </Section>

      <Section title="How to rerun it" id="rerun">
        <Rerun supplement={supplement} />
      </Section>

      <Section title="Definitions" id="definitions">
        <Definitions keys={runs.flatMap(({ last }) => Object.keys(last))} />
      </Section>

      <Section title="Every run" id="runs">
        <RunsTable rows={runs} rule={rule} />
      </Section>
    </ReportFrame>
  );
}
