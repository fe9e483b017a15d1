import { leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import type { ExternalSupplement } from "../../../contract/wire/supplement.ts";
import { externalFacts } from "../../result/external/parts/externalFacts.ts";
import { SourceNote } from "../../result/external/parts/SourceNote.tsx";
import { OptimumFacts } from "../../result/header/OptimumFacts.tsx";
import { compareFacts } from "../../result/model/grid/compareFacts.ts";
import { leftOutOfRows } from "../../result/model/runs/convergenceRule.ts";
import { ComparedFacts } from "../../result/parts/ComparedFacts.tsx";
import { Definitions } from "../Definitions.tsx";
import { layersPlace, studyPlace } from "../places.ts";
import { NoteSection, ReportFrame } from "../ReportFrame.tsx";
import { Section } from "../Section.tsx";
import { ExternalLayerFigure, ExternalStudyFigure, ExternalTrainingFigures } from "./ExternalFigures.tsx";
import { ExternalMeans, ExternalRuns } from "./ExternalTables.tsx";
import { externalStoreOf } from "./externalStoreOf.ts";
import { MeasureAgain } from "./MeasureAgain.tsx";

/** The report of runs that were trained elsewhere, as it is read without JavaScript. */
export function ExternalPage({ supplement }: { supplement: ExternalSupplement }) {
  const { detail } = supplement;
  const store = externalStoreOf(supplement);
  const rows = store.chartRows;
  const rule = leaveOutRule(detail.config.convergence);
  const leftOut = leftOutOfRows(rows, rule);
  const { differs, shared } = compareFacts(rows.map(({ config }) => externalFacts(config)));
  const hasLayers = rows.some(({ config }) => config.layers !== undefined);
  const figures = { supplement, store };
  return (
    <ReportFrame supplement={supplement} source={<SourceNote facts={rows.map(({ external }) => external)} />}>
      <NoteSection supplement={supplement} />

      <Section title="The study" id="study">
        {leftOut !== null && <p className="text-sm text-warn">{leftOut}; drawn hollow, in no mean, band or slope.</p>}
        <div id={studyPlace} className="break-inside-avoid">
          <ExternalStudyFigure {...figures} />
        </div>
        {hasLayers && (
          <div id={layersPlace} className="break-inside-avoid">
            <ExternalLayerFigure {...figures} />
          </div>
        )}
      </Section>

      <Section title="Training" id="training">
        <ExternalTrainingFigures {...figures} />
      </Section>

      <Section title="Means over seeds" id="means">
        <ExternalMeans rows={rows} rule={rule} />
      </Section>

      <Section title="What was run" id="config">
        <ComparedFacts differs={differs} shared={shared}>
          <OptimumFacts rows={rows} />
        </ComparedFacts>
      </Section>

      <Section title="How to measure it again" id="rerun">
        <MeasureAgain supplement={supplement} rows={rows} />
      </Section>

      <Section title="Definitions" id="definitions">
        <Definitions keys={rows.flatMap(({ last }) => Object.keys(last))} />
      </Section>

      <Section title="Every run" id="runs">
        <ExternalRuns rows={rows} rule={rule} />
      </Section>
    </ReportFrame>
  );
}
