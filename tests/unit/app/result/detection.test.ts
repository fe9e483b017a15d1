import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { RunDetection } from "../../../../app/r/[id]/RunDetection.tsx";
import { DetectionTable } from "../../../../app/result/afterTraining/DetectionTable.tsx";
import { offeredSplits } from "../../../../app/result/model/metrics/offeredSplits.ts";
import { studyValue } from "../../../../app/result/model/metrics/studyMetrics.ts";
import { evaluationScatter } from "../../../../app/result/model/study/evaluationCurves.ts";
import { type DetectionScore, detectionScores, knownSplits } from "../../../../contract/metrics/detectionScores.ts";
import type { Detection } from "../../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";
import { smallRun } from "../../workers/builders.ts";

const dataset = {
  id: "random-labels",
  source: "s",
  hash: "ab",
  classes: 2,
  inputDimension: 4,
  trainCounts: [1, 1],
  testCounts: [5, 5],
} as const;

function detection(auroc: (score: DetectionScore) => number, missing: Record<string, string> = {}): Detection {
  const scores = knownSplits.flatMap((known) =>
    detectionScores
      .filter((score) => !(score in missing))
      .map((score) => ({ score, known, auroc: auroc(score) - (known === "train" ? 0 : 0.125), fpr95: 0.25 })),
  );
  const parameters = { rank: 2, alpha: 1e-4, temperature: 1, covarianceRank: 7 };
  return { dataset: { ...dataset, trainCounts: [1, 1], testCounts: [5, 5] }, samples: 10, parameters, scores, missing };
}

const row = (depth: number, seed: number, out: Detection): RunRow =>
  ({
    ...{ id: `${depth}-${seed}`, ordinal: seed, status: "finished", dataHash: "cd" },
    config: smallRun({ depth, seed, other: { dataset: { id: "random-labels", dimension: 4 } } }),
    last: { [`train/nc1.ratio@${depth}`]: 1 / depth, [`other/nc5@${depth}`]: 0.5 / depth },
    evaluation: { robustness: null, transfer: null, outOfDistribution: out, missing: {} },
  }) as unknown as RunRow;

describe("what is out of distribution", () => {
  const rows = [2, 3].flatMap((depth) =>
    [0, 1].map((seed) =>
      row(
        depth,
        seed,
        detection((score) => (score === "neco" ? 0.9375 : 0.5 + depth / 16 + seed / 16)),
      ),
    ),
  );

  test("is a table of each line's means, of the split that is chosen, with the best score in bold", () => {
    const html = renderToStaticMarkup(createElement(DetectionTable, { rows, lines: ["depth"], known: "train" }));
    expect(html.match(/<tr/g)).toHaveLength(3);
    expect(html).toContain("0.656 ± 0.044"); // 0.5 + 2/16 + (0, 1)/16
    expect(html).toContain("0.938 ± 0.000");
    expect(html.match(/font-semibold/g)).toHaveLength(2);
    expect(renderToStaticMarkup(createElement(DetectionTable, { rows, lines: [], known: "test" }))).toContain("0.813 ± 0.000");
  });

  test("is a metric of a study's charts, by the split that is chosen", () => {
    expect(studyValue(rows[0]!, "auroc.neco", "train")).toBe(0.9375);
    expect(studyValue(rows[0]!, "auroc.neco", "test")).toBe(0.8125);
    expect(studyValue(rows[0]!, "nc5", "train")).toBe(0.25);
    expect(studyValue({ ...rows[0]!, evaluation: null }, "auroc.msp", "test")).toBeNull();
  });

  test("is drawn against the depth, or a metric, with a dot a run", () => {
    const auroc = (run: RunRow) => studyValue(run, "auroc.msp", "train");
    const overDepth = evaluationScatter(rows, ["depth"], "depth", auroc, "AUROC");
    expect(overDepth.count).toBe(4);
    expect(overDepth.series.map(({ xs }) => xs)).toEqual([
      [2, 2],
      [3, 3],
    ]);
    expect(overDepth.table.columns).toEqual(["Line", "N", "depth, mean ± sd", "AUROC, mean ± sd"]);
    expect(evaluationScatter(rows, [], "nc5", auroc).series[0]!.xs).toEqual([0.5 / 3, 0.5 / 3, 0.25, 0.25]);
  });

  test("of a run names its parameters, and what there is not with its reason", () => {
    const out = detection(() => 0.9, { neco: "the 2 directions of NECO are all of 2 features" });
    const html = renderToStaticMarkup(createElement(RunDetection, { row: row(2, 0, out), detection: out }));
    expect(html).toContain("NECO with r = 2, NCI with α = 0.0001, energy at T = 1, covariance of rank 7");
    expect(html).toContain("NECO: the 2 directions of NECO are all of 2 features");
    expect(html.match(/–<\/td>/g)).toHaveLength(4);
    expect(html).toContain("0.775");
  });

  test("of a second set alone offers no split of its own", () => {
    expect(offeredSplits(["train/nc1.ratio@2", "other/nc5@2"], "train")).toEqual(["train", "test"]);
    expect(offeredSplits(["other/accuracy"], "train")).toEqual(["train", "test", "other"]);
  });
});
