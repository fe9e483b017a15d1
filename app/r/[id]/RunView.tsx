"use client";
import { isExternalRun } from "../../../contract/wire/externalViews.ts";
import { isGone } from "../../data/failureOf.ts";
import { useShareToken } from "../../data/ShareToken.ts";
import { Problem } from "../../live/Problem.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { SkeletonLines } from "../../ui/Skeleton.tsx";
import { ExternalRun } from "./external/ExternalRun.tsx";
import { NoRun } from "./NoRun.tsx";
import { TrainedRun } from "./TrainedRun.tsx";
import { useRun } from "./useRun.ts";

/** One run, trained here or elsewhere. Read-only through a share link. */
export function RunView({ runId }: { runId: string }) {
  const shareToken = useShareToken();
  const live = useRun(runId);
  const { detail, error, refresh } = live;
  if (error && isGone(error))
    return <NoRun experimentId={detail?.row.experimentId ?? null} share={shareToken} onRestored={refresh} />;
  if (detail === undefined)
    return error ? (
      <Problem error={error} onRetry={refresh} />
    ) : (
      <Panel>
        <SkeletonLines count={8} />
      </Panel>
    );
  return isExternalRun(detail) ? <ExternalRun detail={detail} live={live} /> : <TrainedRun detail={detail} live={live} />;
}
