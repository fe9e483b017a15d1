import type { StudyMetric } from "../../contract/metrics/metricInfo.ts";
import { leaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { Supplement } from "../../contract/wire/supplement.ts";
import { offeredMetrics } from "../result/model/metrics/studyMetrics.ts";
import { layerDrawing } from "../result/model/study/layerDrawing.ts";
import { studyAxes } from "../result/model/study/studyAxes.ts";
import { studyDrawing } from "../result/model/study/studyDrawing.ts";
import { theoryVerdicts } from "../result/model/study/theoryText.ts";
import { SlopeTable } from "../result/study/SlopeTable.tsx";
import { Picture } from "./Picture.tsx";
import { storeOf } from "./storeOf.ts";

/** The metrics that a paper shows, in order; those that the study has are drawn below the first figure. */
const shownMetrics: readonly StudyMetric[] = [
  ...(["nc2.frame", "nc3.cosine", "nc4.ncc", "gap.total", "nc1.pinv", "nc1.cdnv"] as const),
  ...(["ridge.total", "loss", "nc5"] as const),
];

/** On the test set; the last two are of how it is told from a second set. */
const testedMetrics: readonly StudyMetric[] = ["accuracy", "auroc.msp", "auroc.neco"];

const mainMetric: StudyMetric = "nc1.ratio";
const byItself = { over: null, lines: null, log: null, fit: null, tau: null };

const studyOf = ({ detail }: Supplement, metric: StudyMetric, split: "train" | "test" = "train") =>
  studyDrawing(detail.runs, { metric, split, ...byItself }, leaveOutRule(detail.config.convergence));

/** The first figure of a report, with its slopes. */
export function StudyFigure({ supplement }: { supplement: Supplement }) {
  const drawn = studyOf(supplement, mainMetric);
  return (
    <div className="space-y-1">
      <Picture id="study" drawn={drawn} width={960} height={400} />
      <SlopeTable
        curves={drawn.curves}
        axis={studyAxes[drawn.over].title}
        verdicts={theoryVerdicts(drawn.curves, mainMetric, "train")}
      />
    </div>
  );
}

/** The layer profile at the end of training. */
export function LayerFigure({ supplement }: { supplement: Supplement }) {
  const drawn = layerDrawing(
    storeOf(supplement),
    { metric: "nc1.ratio", split: "train", at: null, log: true },
    leaveOutRule(supplement.detail.config.convergence),
  );
  return <Picture id="layers" drawn={drawn} width={960} height={360} />;
}

/** The same study by its other metrics, and the accuracy on the test set. */
export function MoreFigures({ supplement }: { supplement: Supplement }) {
  const { runs } = supplement.detail;
  const offered = offeredMetrics(runs, "train", mainMetric);
  const trained = shownMetrics.filter((metric) => offered.includes(metric)).map((metric) => studyOf(supplement, metric));
  const offeredOnTest = offeredMetrics(runs, "test", mainMetric);
  const tested = testedMetrics
    .filter((metric) => offeredOnTest.includes(metric))
    .map((metric) => studyOf(supplement, metric, "test"));
  const said = studyOf(supplement, mainMetric).notices;
  const drawings = [...trained, ...tested].filter(({ series }) => series.some(({ ys }) => ys.some((y) => y !== null)));
  return (
    <div className="grid gap-4 md:grid-cols-2 print:grid-cols-2" data-testid="more-figures">
      {drawings.map((drawn) => (
        <Picture key={drawn.y.label} id={drawn.y.label} drawn={drawn} said={said} width={480} height={280} />
      ))}
    </div>
  );
}
