import { useMemo, useState } from "react";
import type { Supplement } from "../../contract/wire/supplement.ts";
import { ruleInEffect } from "../result/model/runs/convergenceRule.ts";
import { StudyChart } from "../result/study/StudyChart.tsx";
import { LayerProfileChart } from "../result/training/LayerProfileChart.tsx";
import { type ResultView, readView } from "../result/view/resultView.ts";
import { Around } from "./Around.tsx";
import { storeOf } from "./storeOf.ts";

function useView(): [ResultView, (changes: Partial<ResultView>) => void] {
  const [view, setView] = useState(() => readView(() => null));
  return [view, (changes) => setView((before) => ({ ...before, ...changes }))];
}

/** The first signature chart of a report. */
export function StudyOfReport({ supplement }: { supplement: Supplement }) {
  const [view, onView] = useView();
  const { detail } = supplement;
  const rule = ruleInEffect(detail, view);
  return (
    <Around>
      <StudyChart
        rows={detail.runs}
        rule={rule}
        view={view}
        onView={onView}
        share={null}
        empty="No run has a value for this metric."
      />
    </Around>
  );
}

/** The second one. */
export function LayersOfReport({ supplement }: { supplement: Supplement }) {
  const [view, onView] = useView();
  const store = useMemo(() => storeOf(supplement), [supplement]);
  return (
    <Around>
      <LayerProfileChart
        store={store}
        version={store.chartVersion}
        view={view}
        onView={onView}
        empty="No layer has a value for this metric."
      />
    </Around>
  );
}
