import { definitionsOf } from "../../contract/metrics/metricDefinitions.ts";
import { leaveOutRule } from "../../contract/theory/isUnconverged.ts";
import { roundedDigits, type Supplement } from "../../contract/wire/supplement.ts";
import { NoteText } from "../result/header/NoteText.tsx";
import { leftOutOfRows } from "../result/model/runs/convergenceRule.ts";
import { findings } from "../result/model/study/findings.ts";
import { countOf } from "../text/formatNumber.ts";
import { formatDay } from "../text/formatTime.ts";
import { Facts } from "../ui/Table.tsx";
import { ConfigFacts } from "./ConfigFacts.tsx";
import { layersPlace, studyPlace } from "./places.ts";
import { Rerun } from "./Rerun.tsx";
import { MeansTable, RunsTable } from "./RunsTables.tsx";
import { Section } from "./Section.tsx";
import { LayerFigure, MoreFigures, StudyFigure } from "./StaticFigures.tsx";

/** The report of a study as it is read without JavaScript; the two signature charts take the place of their pictures where there is some. */
export function SupplementPage({ supplement }: { supplement: Supplement }) {
  const { detail, anonymous, withNote } = supplement;
  const { runs } = detail;
  const rule = leaveOutRule(detail.config.convergence);
  const { state, lines, caveats } = findings(runs, rule);
  const leftOut = leftOutOfRows(runs, rule);
  return (
    <main className="mx-auto max-w-6xl space-y-8 px-4 py-8 sm:px-6">
      <header className="space-y-2">
        <h1 className="wrap-anywhere font-semibold text-2xl tracking-tight">{detail.name}</h1>
        <p className="text-ink-soft text-sm">
          {countOf(runs.length, "run")}, {runs.filter(({ status }) => status === "finished").length} finished
          {detail.tags.length > 0 && ` · ${detail.tags.join(", ")}`}
          {!anonymous && detail.launchedBy !== null && ` · launched by ${detail.launchedBy}`}
          {!anonymous && ` · ${formatDay(supplement.madeAt)}`}
        </p>
        <noscript>
          <p className="text-warn text-sm">
            JavaScript is off: the figures below are pictures of the charts. With it, metrics, lines and axes can be chosen.
          </p>
        </noscript>
        <p id="unread" hidden className="text-warn text-sm">
          This browser cannot unpack the data of this file: the figures below are pictures of the charts.
        </p>
      </header>

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

      {withNote && detail.note.trim() !== "" && (
        <Section title="Note" id="note">
          <NoteText text={detail.note} mathml />
        </Section>
      )}

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

      <footer className="border-line border-t pt-4 text-ink-faint text-xs">
        Made by Collapsar {detail.program}; this file needs no network. Values of layers before the last one are rounded to{" "}
        {roundedDigits} digits; the study's archive has every measured value in full.
      </footer>
    </main>
  );
}

function Definitions({ keys }: { keys: readonly string[] }) {
  const found = Object.values(definitionsOf(new Set(keys)));
  return (
    <Facts
      rows={found.map(({ label, formula, ideal, unit, source }) => [
        label,
        <span key={label}>
          {formula}
          <span className="text-ink-faint">
            {ideal !== null && ` Ideal: ${ideal}.`}
            {unit !== "1" && ` Unit: ${unit}.`}
            {source !== "" && ` ${source}`}
          </span>
        </span>,
      ])}
    />
  );
}
