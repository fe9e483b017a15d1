"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../account/useMe.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { kubernetesPage, slurmPage } from "../links.ts";
import { FreshnessBadge } from "../live/FreshnessBadge.tsx";
import { Problem } from "../live/Problem.tsx";
import { useWatch } from "../live/useWatch.ts";
import { useCommands } from "../shell/Commands.tsx";
import { countOf } from "../text/formatNumber.ts";
import { Button, LinkButton } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Panel } from "../ui/Panel.tsx";
import { PanelBoundary } from "../ui/PanelBoundary.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { useNow } from "../ui/useNow.ts";
import { AddWorker } from "./AddWorker.tsx";
import { workerAnchor } from "./launchers/JobTable.tsx";
import { LauncherPanel } from "./launchers/LauncherPanel.tsx";
import { slotsInUse } from "./slotsInUse.ts";
import { StoragePanel } from "./storage/StoragePanel.tsx";
import { useAtMostEvery } from "./useAtMostEvery.ts";
import { WorkerCard } from "./WorkerCard.tsx";
import { WorkerTokens } from "./WorkerTokens.tsx";

/** Machines, what each runs, and how to add one. */
export function WorkersView() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const now = useNow(5_000);
  const [adding, setAdding] = useState(false);
  const may = useMay();
  const workers = useQuery(trpc.workers.list.queryOptions(undefined, { refetchInterval: 4_000 }));
  const launchers = useQuery(trpc.launchers.list.queryOptions(undefined, { refetchInterval: 10_000 }));
  const refresh = () => {
    void queries.invalidateQueries(trpc.workers.pathFilter());
    void queries.invalidateQueries(trpc.launchers.pathFilter());
  };
  const refreshNowAndThen = useAtMostEvery(1_000, refresh);
  const freshness = useWatch(
    { room: "workers" },
    {
      onJoined: refresh,
      onItems: (items) => items.some((item) => item.kind === "changed" && item.list === "workers") && refreshNowAndThen(),
    },
  );
  useCommands([
    { id: "add-worker", label: "Add a worker", words: "machine gpu token", icon: "plus", run: () => setAdding(true) },
  ]);

  const rows = [...(workers.data ?? [])].sort(
    (a, b) => Number(b.connected) - Number(a.connected) || a.name.localeCompare(b.name),
  );
  const connected = rows.filter((worker) => worker.connected);
  const slots = connected.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = connected.reduce((sum, worker) => sum + slotsInUse(worker.runs).length, 0);
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">Workers</h1>
        {workers.data && (
          <span className="text-ink-faint text-sm" data-testid="slots">
            {connected.length} connected, {busy} of {countOf(slots, "slot")} busy
          </span>
        )}
        <FreshnessBadge freshness={freshness} active={false} />
        <div className="ml-auto flex flex-wrap gap-2">
          <LinkButton href={slurmPage} data-testid="slurm">
            Slurm
          </LinkButton>
          <LinkButton href={kubernetesPage} data-testid="kubernetes">
            Kubernetes
          </LinkButton>
          {may("manage") && (
            <Button look="primary" icon="plus" onClick={() => setAdding(true)} data-testid="add-worker">
              Add worker
            </Button>
          )}
        </div>
      </div>
      {workers.error && <Problem error={workers.error} onRetry={() => void workers.refetch()} />}
      {workers.isPending && !workers.error && (
        <Panel>
          <SkeletonLines count={5} />
        </Panel>
      )}
      {workers.data && rows.length === 0 && (
        <Panel>
          <EmptyState
            title="No worker has connected yet"
            actions={
              may("manage") && (
                <Button icon="plus" onClick={() => setAdding(true)}>
                  Add worker
                </Button>
              )
            }
          >
            The built-in worker starts with the server and needs a few seconds. Queued runs wait for a worker with a free slot.
          </EmptyState>
        </Panel>
      )}
      {launchers.data?.launchers.map((launcher) => (
        <div key={launcher.kind} className="mb-4">
          <PanelBoundary what="The list of ordered jobs">
            <LauncherPanel launcher={launcher} now={now} />
          </PanelBoundary>
        </div>
      ))}
      <div className="grid gap-4 lg:grid-cols-2">
        {rows.map((worker) => (
          <PanelBoundary key={worker.id} what={`The card of “${worker.name}”`}>
            <div id={workerAnchor(worker.id)} className="min-w-0 scroll-mt-20">
              <WorkerCard worker={worker} now={now} />
            </div>
          </PanelBoundary>
        ))}
      </div>
      {may("manage") && (
        <div className="mt-6 space-y-6">
          <PanelBoundary what="The list of tokens">
            <WorkerTokens now={now} />
          </PanelBoundary>
          <PanelBoundary what="The storage used">
            <StoragePanel />
          </PanelBoundary>
        </div>
      )}
      <AddWorker open={adding} onClose={() => setAdding(false)} />
    </>
  );
}
