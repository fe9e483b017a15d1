import { type Split, splits } from "../../../contract/metrics/seriesKey.ts";
import { leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { type ExternalSupplement, reportedLogs } from "../../../contract/wire/supplement.ts";
import type { ChartSeries } from "../../charts/chartTypes.ts";
import type { ExternalStore } from "../../result/external/ExternalStore.ts";
import { configKeys } from "../../result/external/model/configKeys.ts";
import { externalDrawing } from "../../result/external/model/externalDrawing.ts";
import { measureInfo, measureKey } from "../../result/external/model/measures.ts";
import { namedLayerDrawing } from "../../result/external/model/namedLayers.ts";
import { type TrainingLine, trainingLines } from "../../result/external/model/trainingLines.ts";
import { type ExternalPanel, externalPanels, shownExternal } from "../../result/external/model/trainingPanels.ts";
import { SlopeTable } from "../../result/study/SlopeTable.tsx";
import { countOf } from "../../text/formatNumber.ts";
import { type Drawn, Picture } from "../Picture.tsx";

interface FigureProps {
  supplement: ExternalSupplement;
  store: ExternalStore;
}

const ruleOf = ({ detail }: ExternalSupplement) => leaveOutRule(detail.config.convergence);
const byItself = { measure: null, split: "train", over: null, lines: null, log: null, logX: false, fit: null } as const;

/** The first figure of a report, over the axis that pages choose by themselves, with its slopes. */
export function ExternalStudyFigure({ supplement, store }: FigureProps) {
  const drawn = externalDrawing(store, store.chartRows, byItself, ruleOf(supplement));
  return (
    <div className="space-y-1">
      <Picture id="study" drawn={{ ...drawn, title: drawn.heading, floor: null }} width={960} height={400} />
      <SlopeTable curves={drawn.curves} axis={drawn.title} verdicts={null} />
    </div>
  );
}

/** The layer profile at the end of training, by the names of the layers; null where no layer was measured. */
export function ExternalLayerFigure({ supplement, store }: FigureProps) {
  const choice = { metric: "nc1.ratio", split: "train", at: null, log: true } as const;
  const drawn = namedLayerDrawing(store, store.chartRows, choice, ruleOf(supplement));
  if (drawn.series.length === 0) return null;
  return <Picture id="layers" drawn={{ ...drawn, floor: null }} width={960} height={360} />;
}

/** Everything over the steps of the training: what was measured, and the first of what the runs' own program logged. */
export function ExternalTrainingFigures({ store }: FigureProps) {
  const rows = store.chartRows;
  const keys = configKeys(rows);
  const { runs, more } = shownExternal(rows, keys, { runs: null, seed: null });
  const lines = trainingLines(runs, keys);
  const drawings = externalPanels(rows, reportedLogs).flatMap((panel) =>
    (panel.trainOnly ? (["train"] as const) : splits).flatMap((split) => {
      const series = lines.flatMap((line, at) =>
        curveOf(store, line, measureKey(runs[at] as (typeof runs)[number], panel.measure, split)),
      );
      return series.length === 0 ? [] : [{ id: `${panel.id}-${split}`, drawn: drawingOf(panel, split, series) }];
    }),
  );
  const notes = [
    runs.length + more < rows.length ? "one run of each set of repetitions" : null,
    more > 0 ? `${countOf(more, "more run")} not drawn` : null,
  ].filter((note) => note !== null);
  return (
    <>
      {notes.length > 0 && <p className="text-ink-faint text-xs">Drawn: {notes.join("; ")}.</p>}
      <div className="grid gap-4 md:grid-cols-2 print:grid-cols-2" data-testid="training-figures">
        {drawings.map(({ id, drawn }) => (
          <Picture key={id} id={id} drawn={drawn} width={480} height={280} />
        ))}
      </div>
    </>
  );
}

function curveOf(store: ExternalStore, line: TrainingLine, key: string | null): ChartSeries[] {
  const series = key === null ? null : store.series(line.id, key);
  if (series === null || series.steps.length === 0) return [];
  return [{ ...line, xs: series.steps, ys: series.values, draw: series.steps.length === 1 ? "dots" : "line" }];
}

function drawingOf({ title, measure }: ExternalPanel, split: Split, series: ChartSeries[]): Drawn {
  const { label, log } = measureInfo(measure);
  return {
    title: split === "test" ? `${title} (test)` : title,
    x: { label: "step", kind: "linear" },
    y: { label, kind: log ? "log10" : "linear" },
    ...{ series, floor: null, notices: [] },
  };
}
