"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkerTrouble, WorkerView } from "../../contract/wire/views.ts";
import { useMay } from "../account/useMe.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../data/trpcClient.ts";
import { countOf } from "../text/formatNumber.ts";
import { formatClock } from "../text/formatTime.ts";
import { Button } from "../ui/Button.tsx";
import { useToast } from "../ui/Toast.tsx";
import { hasGone } from "./hasGone.ts";

/** Drains and resumes a worker, and confirms it. */
function useWorkerActions(worker: WorkerView) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const mayManage = useMay()("manage") && !hasGone(worker);

  const act = async (change: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await change();
      toast({ text: done });
    } catch (error) {
      toast({ text: failureOf(error).message, tone: "bad" });
    }
    setBusy(false);
    void queries.invalidateQueries(trpc.workers.pathFilter());
  };
  const drain = (drained: boolean) =>
    act(
      () => client.workers.drain.mutate({ id: worker.id, drained }),
      drained ? `“${worker.name}” takes no new runs` : `“${worker.name}” takes runs again`,
    );
  const resume = () => act(() => client.workers.resume.mutate({ id: worker.id }), `“${worker.name}” takes runs again`);
  return { busy, drain, resume, mayManage };
}

/** Lets a worker finish its runs and take no new ones. */
export function DrainButton({ worker }: { worker: WorkerView }) {
  const { busy, drain, mayManage } = useWorkerActions(worker);
  if (worker.drained || !mayManage) return null;
  return (
    <Button
      small
      disabled={busy}
      title="It finishes its runs and takes no new ones, until you stop draining it"
      onClick={() => void drain(true)}
    >
      Drain
    </Button>
  );
}

/** Why a worker takes no new runs, where that is so, and how it takes runs again. */
export function WorkerState({ worker, now }: { worker: WorkerView; now: number }) {
  const { busy, drain, resume, mayManage } = useWorkerActions(worker);
  const { trouble, drained } = worker;
  if (!trouble && !drained) return null;
  return (
    <div className="mt-3 space-y-2" data-testid="worker-state">
      {trouble && (
        <Notice tone={trouble.until === null ? "bad" : "warn"}>
          <div className="min-w-0 flex-1">
            <p className="font-medium">{titleOf(trouble, now)}</p>
            <p className="mt-0.5 line-clamp-6 whitespace-pre-wrap break-words text-ink-soft">{trouble.message}</p>
          </div>
          {mayManage && (
            <Button small disabled={busy} onClick={() => void resume()}>
              Resume
            </Button>
          )}
        </Notice>
      )}
      {drained && (
        <Notice tone="plain">
          <p className="min-w-0 flex-1">
            {worker.runs.length > 0
              ? `Draining: it finishes its ${countOf(worker.runs.length, "run")} and takes no new ones.`
              : "Drained: it takes no new runs."}
          </p>
          {mayManage && (
            <Button small disabled={busy} onClick={() => void drain(false)}>
              Stop draining
            </Button>
          )}
        </Notice>
      )}
    </div>
  );
}

function titleOf({ until, since }: WorkerTrouble, now: number): string {
  if (until === null) return "Paused: it takes no runs until you resume it";
  const at = Date.parse(until);
  return at > now
    ? `Resting until ${formatClock(until)}, then it is tried again`
    : `On trial: it had trouble at ${formatClock(since)}, and no run has finished on it since`;
}

const tones = { bad: "border-bad bg-bad-soft", warn: "border-transparent bg-warn-soft", plain: "border-line bg-sunken" } as const;

function Notice({ tone, children }: { tone: keyof typeof tones; children: React.ReactNode }) {
  return <div className={`flex items-start gap-3 rounded-md border px-3 py-2 text-xs ${tones[tone]}`}>{children}</div>;
}
