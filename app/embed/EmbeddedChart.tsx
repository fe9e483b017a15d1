"use client";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useExternalExperiment } from "../result/external/useExternalExperiment.ts";
import { useExternalView } from "../result/external/view/useExternalView.ts";
import { useExperiment } from "../result/useExperiment.ts";
import { useResultView } from "../result/view/useResultView.ts";
import { ChosenExternalPanel } from "./ChosenExternalPanel.tsx";
import { ChosenPanel } from "./ChosenPanel.tsx";
import { EmbedFrame } from "./EmbedFrame.tsx";

interface EmbeddedChartProps {
  experimentId: string;
  share: string;
}

/** One chart of a shared study, live, of runs that are trained here or elsewhere: the first reading tells. */
export function EmbeddedChart(props: EmbeddedChartProps) {
  const panel = useSearchParams().get("panel") ?? "study";
  const [isExternal, setExternal] = useState(false);
  return isExternal ? (
    <ExternalChart {...props} panel={panel} />
  ) : (
    <TrainedChart {...props} panel={panel} onExternal={() => setExternal(true)} />
  );
}

type ChartProps = EmbeddedChartProps & { panel: string };

function TrainedChart({ experimentId, share, panel, onExternal }: ChartProps & { onExternal: () => void }) {
  const [view, onView] = useResultView();
  const { store, freshness, error, readDetail } = useExperiment(experimentId, view, onExternal);
  const { detail, rows, removed } = store;
  const frame = { share, panel, name: detail?.name, rows, freshness, removed, error, onRetry: readDetail };
  return (
    <EmbedFrame {...frame}>
      <ChosenPanel panel={panel} store={store} view={view} onView={onView} share={share} />
    </EmbedFrame>
  );
}

function ExternalChart({ experimentId, share, panel }: ChartProps) {
  const [view, onView] = useExternalView();
  const { store, freshness, error, readDetail } = useExternalExperiment(experimentId, view, Number.POSITIVE_INFINITY);
  const { detail, rows, removed } = store;
  const frame = { share, panel, name: detail?.name, rows, freshness, removed, error, onRetry: readDetail };
  return (
    <EmbedFrame {...frame}>
      <ChosenExternalPanel panel={panel} store={store} view={view} onView={onView} share={share} />
    </EmbedFrame>
  );
}
