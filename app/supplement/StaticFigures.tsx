import type { StudyMetric } from "../../contract/metrics/metricInfo.ts";
import { leaveOutRule } from "../../contract/theory/isUnconverged.ts";
import type { Supplement } from "../../contract/wire/supplement.ts";
import { drawChart } from "../charts/export/drawChart.ts";
import type { ChartFigure } from "../charts/export/figure.ts";
import { offeredMetrics } from "../result/model/metrics/studyMetrics.ts";
import { layerDrawing } from "../result/model/study/layerDrawing.ts";
import { studyAxes } from "../result/model/study/studyAxes.ts";
import { studyDrawing } from "../result/model/study/studyDrawing.ts";
import { theoryVerdicts } from "../result/model/study/theoryText.ts";
import { SlopeTable } from "../result/study/SlopeTable.tsx";
import { inBothThemes } from "./inBothThemes.ts";
import { storeOf } from "./storeOf.ts";

/** The metrics that a paper shows, in order; those that the study has are drawn below the first figure. */
const shownMetrics: readonly StudyMetric[] = [
  ...(["nc2.frame", "nc3.cosine", "nc4.ncc", "gap.total", "nc1.pinv", "nc1.cdnv"] as const),
  ...(["ridge.total", "loss"] as const),
];

const mainMetric: StudyMetric = "nc1.ratio";
const byItself = { over: null, lines: null, log: null, fit: null, tau: null };

const studyOf = ({ detail }: Supplement, metric: StudyMetric, split: "train" | "test" = "train") =>
  studyDrawing(detail.runs, { metric, split, ...byItself }, leaveOutRule(detail.config.convergence));

type Drawn = Pick<ReturnType<typeof studyOf>, "title" | "x" | "y" | "series" | "floor" | "notices"> &
  Partial<Pick<ReturnType<typeof studyOf>, "references" | "wedges" | "drops">>;

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
  const tested = offeredMetrics(runs, "test", mainMetric).includes("accuracy") ? [studyOf(supplement, "accuracy", "test")] : [];
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

interface PictureProps {
  id: string;
  drawn: Drawn;
  /** What stands below a figure above. */
  said?: Drawn["notices"];
  width: number;
  height: number;
}

function Picture({ id, drawn, said = [], width, height }: PictureProps) {
  const { title, x, y, series, floor, references = [], wedges = [], drops = [] } = drawn;
  const notes = drawn.notices.filter((text) => text !== null).filter((text) => !said.includes(text));
  const figure: ChartFigure = {
    ...{ kind: "chart", panelId: `picture-${id}`, title, notes, x, y, series, references, wedges, drops, floor, smoothing: 0 },
  };
  const [light, dark] = [false, true].map((isDark) =>
    drawChart(figure, { ground: "transparent", dark: isDark }, { width, height }),
  );
  if (light === undefined || dark === undefined) return null;
  return (
    <figure className="picture min-w-0 break-inside-avoid rounded-lg border border-line bg-surface p-3">
      <svg
        viewBox={`0 0 ${light.width} ${light.height}`}
        role="img"
        aria-label={title}
        style={{ fontFamily: "var(--font-body)" }}
        // biome-ignore lint/security/noDangerouslySetInnerHtml: drawn by this program, every text in it escaped
        dangerouslySetInnerHTML={{ __html: inBothThemes(light.markup, dark.markup) }}
      />
      {notes.length > 0 && <figcaption className="mt-1 text-ink-faint text-xs">{notes.join("; ")}.</figcaption>}
    </figure>
  );
}
