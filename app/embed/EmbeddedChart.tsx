"use client";
import { useSearchParams } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { AloneContext } from "../charts/panel/AloneContext.ts";
import { CrosshairContext, CrosshairStore } from "../charts/pointer/crosshair.ts";
import { isGone } from "../data/failureOf.ts";
import { sharedPage } from "../links.ts";
import { activityOf } from "../live/activityOf.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import { Problem } from "../live/Problem.tsx";
import { useExperiment } from "../result/useExperiment.ts";
import { useResultView } from "../result/view/useResultView.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { ChosenPanel } from "./ChosenPanel.tsx";
import { useFilledHeight } from "./useFilledHeight.ts";
import { useFrameCheck } from "./useFrameCheck.ts";

/** One chart of a shared study, live, as high as the frame that it stands in, with a line below that leads to the whole page. */
export function EmbeddedChart({ experimentId, share }: { experimentId: string; share: string }) {
  const parameters = useSearchParams();
  const [view, onView] = useResultView();
  const [crosshair] = useState(() => new CrosshairStore());
  const { store, freshness, error, readDetail } = useExperiment(experimentId, view);
  const [whole, height] = useFilledHeight<HTMLElement>();
  useFrameCheck(share, freshness);
  const { rows } = store;
  const detail = store.detail ?? store.external;
  const alone = useMemo(() => ({ height }), [height]);

  const name = detail?.name;
  useEffect(() => {
    if (name !== undefined) document.title = `${name} · Collapsar`;
  }, [name]);

  if (store.removed || (error !== null && isGone(error)))
    return <EmptyState title="This chart is no longer available">The study that it belongs to was removed.</EmptyState>;
  const panel = parameters.get("panel") ?? "study";
  return (
    <CrosshairContext value={crosshair}>
      <AloneContext value={alone}>
        <main ref={whole} id="content" className="bg-surface" data-testid="embed">
          {detail === null && error === null && (
            <div className="p-4">
              <SkeletonLines count={6} />
            </div>
          )}
          {error !== null && <Problem error={error} onRetry={readDetail} />}
          {detail !== null && (
            <>
              <PanelBoundary what="The chart">
                {store.detail !== null ? (
                  <ChosenPanel panel={panel} store={store} view={view} onView={onView} share={share} />
                ) : (
                  <EmptyState title="No chart">Charts of runs that were trained elsewhere are on the study’s page.</EmptyState>
                )}
              </PanelBoundary>
              <footer className="flex items-baseline gap-x-3 border-line border-t px-4 py-1.5 text-xs">
                <span dir="auto" className="min-w-0 truncate font-medium" title={detail.name} data-testid="embed-name">
                  {detail.name}
                </span>
                <FreshnessBadge freshness={freshness} {...activityOf(rows)} />
                <a
                  href={wholePage(share, parameters, panel)}
                  target="_blank"
                  rel="noopener"
                  className="ml-auto inline-flex shrink-0 items-center gap-1 text-accent hover:underline"
                >
                  Collapsar
                  <span className="sr-only">: the whole study in a new tab</span>
                  <span aria-hidden="true">↗</span>
                </a>
              </footer>
            </>
          )}
        </main>
      </AloneContext>
    </CrosshairContext>
  );
}

/** The study with the same choices. */
function wholePage(share: string, parameters: URLSearchParams, panel: string): string {
  const kept = new URLSearchParams(parameters);
  kept.delete("panel");
  kept.delete("theme");
  const chosen = kept.toString();
  return `${sharedPage(share)}${chosen === "" ? "" : `?${chosen}`}#panel-${encodeURIComponent(panel)}`;
}
