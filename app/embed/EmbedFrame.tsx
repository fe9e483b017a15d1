"use client";
import { useSearchParams } from "next/navigation";
import { type ReactNode, useMemo, useState } from "react";
import { AloneContext } from "../charts/panel/AloneContext.ts";
import { CrosshairContext, CrosshairStore } from "../charts/pointer/crosshair.ts";
import { isGone } from "../data/failureOf.ts";
import { sharedPage } from "../links.ts";
import { activityOf } from "../live/activityOf.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import type { FreshnessStore } from "../live/FreshnessStore.ts";
import { Problem } from "../live/Problem.tsx";
import type { LiveRow } from "../live/RowBatch.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { useFilledHeight } from "./useFilledHeight.ts";
import { useFrameCheck } from "./useFrameCheck.ts";

interface EmbedFrameProps {
  share: string;
  /** "study", "layer-profile", or a panel of the training. */
  panel: string;
  /** Of the study; undefined until it is read. */
  name: string | undefined;
  rows: readonly LiveRow[];
  freshness: FreshnessStore;
  removed: boolean;
  error: unknown;
  onRetry: () => void;
  /** The chart. */
  children: ReactNode;
}

/** As high as the frame that it stands in, with a line below that leads to the whole page. */
export function EmbedFrame({ share, panel, name, rows, freshness, removed, error, onRetry, children }: EmbedFrameProps) {
  const parameters = useSearchParams();
  const [crosshair] = useState(() => new CrosshairStore());
  const [whole, height] = useFilledHeight<HTMLElement>();
  useFrameCheck(share, freshness);
  const alone = useMemo(() => ({ height }), [height]);
  usePageTitle(name);

  if (removed || (error !== null && isGone(error)))
    return <EmptyState title="This chart is no longer available">The study that it belongs to was removed.</EmptyState>;
  return (
    <CrosshairContext value={crosshair}>
      <AloneContext value={alone}>
        <main ref={whole} id="content" className="bg-surface" data-testid="embed">
          {name === undefined && error === null && (
            <div className="p-4">
              <SkeletonLines count={6} />
            </div>
          )}
          {error !== null && <Problem error={error} onRetry={onRetry} />}
          {name !== undefined && (
            <>
              <PanelBoundary what="The chart">{children}</PanelBoundary>
              <footer className="flex items-baseline gap-x-3 border-line border-t px-4 py-1.5 text-xs">
                <span dir="auto" className="min-w-0 truncate font-medium" title={name} data-testid="embed-name">
                  {name}
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
