import { useMemo, useState } from "react";
import type { ExternalSupplement } from "../../../contract/wire/supplement.ts";
import { ExternalStudyChart } from "../../result/external/ExternalStudyChart.tsx";
import { NamedLayerChart } from "../../result/external/NamedLayerChart.tsx";
import { type ExternalView, readExternalView } from "../../result/external/view/externalView.ts";
import { ruleInEffect } from "../../result/model/runs/convergenceRule.ts";
import { Around } from "../Around.tsx";
import { externalStoreOf } from "./externalStoreOf.ts";

function useView(): [ExternalView, (changes: Partial<ExternalView>) => void] {
  const [view, setView] = useState(() => readExternalView(() => null));
  return [view, (changes) => setView((before) => ({ ...before, ...changes }))];
}

/** The first signature chart of a report of runs that were trained elsewhere. */
export function StudyOfExternal({ supplement }: { supplement: ExternalSupplement }) {
  const [view, onView] = useView();
  const store = useMemo(() => externalStoreOf(supplement), [supplement]);
  return (
    <Around>
      <ExternalStudyChart
        store={store}
        version={store.chartVersion}
        rule={ruleInEffect(supplement.detail, view)}
        view={view}
        onView={onView}
        share={null}
        empty="No run has a value for this metric."
      />
    </Around>
  );
}

/** The second one. */
export function LayersOfExternal({ supplement }: { supplement: ExternalSupplement }) {
  const [view, onView] = useView();
  const store = useMemo(() => externalStoreOf(supplement), [supplement]);
  return (
    <Around>
      <NamedLayerChart
        store={store}
        version={store.chartVersion}
        rule={ruleInEffect(supplement.detail, view)}
        view={view}
        onView={onView}
        empty="No layer has a value for this metric."
      />
    </Around>
  );
}
