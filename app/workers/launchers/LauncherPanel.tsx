"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { LauncherKind, LauncherView } from "../../../contract/launcher.ts";
import { useMay } from "../../account/useMe.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import { useToast } from "../../ui/Toast.tsx";
import { JobTable } from "./JobTable.tsx";

const titles: Record<LauncherKind, string> = {
  local: "This machine",
  slurm: "Slurm",
  kubernetes: "Kubernetes",
  "by-hand": "By hand",
};

/** A cluster that workers are ordered from: its jobs, and what is wrong with it. */
export function LauncherPanel({ launcher, now }: { launcher: LauncherView; now: number }) {
  const { kind, held, trouble, jobs, lookedAt } = launcher;
  return (
    <Panel title={`Ordered from ${titles[kind]}`} hint={summaryOf(launcher)} padded={false} testId={`launcher-${kind}`}>
      <div className="space-y-3 p-4 empty:hidden">
        {held && (
          <Notice tone="bad" testId="launcher-held">
            <div className="min-w-0 flex-1">
              <p className="font-medium">No more jobs are ordered</p>
              <p className="wrap-anywhere mt-0.5 text-ink-soft">{held.message}</p>
            </div>
            <RetryButton kind={kind} />
          </Notice>
        )}
        {trouble && (
          <Notice tone="warn" testId="launcher-trouble">
            <div className="min-w-0 flex-1">
              <p className="font-medium">
                A request to {titles[kind]} failed and is being repeated. It first failed <TimeAgo at={trouble.since} now={now} />
              </p>
              <p className="wrap-anywhere mt-0.5 text-ink-soft">{trouble.message}</p>
            </div>
            <RetryButton kind={kind} />
          </Notice>
        )}
        {jobs.length === 0 && !held && !trouble && (
          <p className="text-ink-faint text-sm">
            {lookedAt === null
              ? "The cluster has not been queried yet."
              : "No jobs. They are ordered once runs have waited for a while."}
          </p>
        )}
      </div>
      {jobs.length > 0 && <JobTable jobs={jobs} now={now} />}
    </Panel>
  );
}

function summaryOf({ bounds, waiting, jobs, lookedAt, trouble }: LauncherView): string {
  const slots = jobs.reduce((sum, job) => sum + (job.state === "ended" ? 0 : job.slots), 0);
  const ordered = bounds === null ? countOf(slots, "slot") : `${slots} of at most ${countOf(bounds.max, "slot")}`;
  // What waits is counted once the cluster has answered.
  if (lookedAt === null || (trouble !== null && waiting === 0)) return `${ordered} ordered`;
  return `${ordered} ordered, ${waiting === 0 ? "no runs waiting" : `${countOf(waiting, "run")} waiting`}`;
}

function RetryButton({ kind }: { kind: LauncherKind }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const mayManage = useMay()("manage");
  const retry = useMutation(
    trpc.launchers.retry.mutationOptions({
      onSuccess: () => toast({ text: `Trying ${titles[kind]} again` }),
      onError: (error) => toast({ text: failureOf(error).message, tone: "bad" }),
      onSettled: () => queries.invalidateQueries(trpc.launchers.pathFilter()),
    }),
  );
  if (!mayManage) return null;
  return (
    <Button small disabled={retry.isPending} onClick={() => retry.mutate({ kind })} data-testid="launcher-retry">
      Try again
    </Button>
  );
}
