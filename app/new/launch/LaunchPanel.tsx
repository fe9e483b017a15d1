"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useState } from "react";
import { countGrid, type ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { formatDuration } from "../../../contract/formatDuration.ts";
import type { WorkerPlace } from "../../../contract/launch/workerPlace.ts";
import { limits } from "../../../contract/limits.ts";
import { packsText } from "../../../contract/pack/packsText.ts";
import type { Estimate } from "../../../contract/wire/views.ts";
import { useMay } from "../../account/useMe.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { workersPage } from "../../links.ts";
import { useWatch } from "../../live/useWatch.ts";
import { countOf, formatCount } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { classes } from "../../ui/classes.ts";
import type { Problem } from "../draft/draftProblems.ts";
import { FindingList } from "./FindingList.tsx";
import { MemoryText } from "./MemoryText.tsx";

const workersRoom = { room: "workers" } as const;

/** How many runs, how long about, what is still wrong, and the button. */
export function LaunchPanel({
  config,
  problems,
  warnings,
  workers,
  launching,
  onLaunch,
}: {
  config: ExperimentConfig;
  problems: Problem[];
  warnings: Problem[];
  workers: readonly WorkerPlace[];
  launching: boolean;
  onLaunch: () => void;
}) {
  const runs = countGrid(config);
  const over = runs > limits.gridRuns;
  const valid = !over && problems.every((problem) => !problem.path.startsWith("config"));
  const estimate = useEstimate(config, valid);
  // A message about the previous draft is not shown next to a refusal of this one.
  const known = valid ? estimate.data : undefined;
  // Keeps the line open that the result page then watches by; a worker that connects is seen at once.
  useWatch(workersRoom, { onItems: () => estimate.data?.slots === 0 && void estimate.refetch() });
  const mayLaunch = useMay()("launch");
  const blocked = over || problems.length > 0;
  const [firstProblem] = problems;
  return (
    <div className="flex gap-x-4 gap-y-3 max-lg:items-center lg:flex-col">
      <div data-testid="run-count" data-runs={runs} aria-live="polite" className="min-w-0 max-lg:flex-1">
        <p className={`font-semibold text-lg tracking-tight lg:text-2xl ${over ? "text-bad" : ""}`}>{countOf(runs, "run")}</p>
        <p className="mt-0.5 truncate text-ink-faint text-xs">{axesText(config)}</p>
        {over ? (
          <p role="alert" data-testid="field-error" className="mt-2 text-bad text-xs lg:text-sm">
            {formatCount(runs)} runs are over the limit of {formatCount(limits.gridRuns)} per experiment. Remove values from an
            axis, or split it into several experiments.
          </p>
        ) : (
          <>
            <p className="text-ink-soft text-xs lg:mt-2 lg:min-h-10 lg:text-sm" data-testid="estimate">
              <EstimateText estimate={known} failed={valid ? estimate.error : null} waiting={valid && estimate.isFetching} />
            </p>
            {typeof known?.memoryBytes === "number" && (
              <MemoryText bytes={known.memoryBytes} device={config.device} workers={workers} />
            )}
          </>
        )}
      </div>
      <Button
        look="primary"
        data-testid="launch"
        disabled={launching || !mayLaunch}
        onClick={onLaunch}
        className={classes("h-10! text-base! lg:w-full", blocked && "opacity-45")}
      >
        {launching ? "Launching…" : "Launch"}
        {!launching && <span className="max-lg:hidden">{countOf(runs, "run")}</span>}
      </Button>
      {firstProblem && (
        <p className="text-bad text-xs max-lg:hidden" data-testid="problems">
          {problems.length === 1
            ? firstProblem.message
            : `${problems.length} values need attention; the first: ${firstProblem.message}`}
        </p>
      )}
      <div className="max-lg:hidden">
        <FindingList problems={problems.length > 1 ? problems : []} warnings={warnings} />
      </div>
      <p className="text-ink-faint text-xs max-lg:hidden">At most {formatCount(limits.gridRuns)} runs per experiment.</p>
    </div>
  );
}

function EstimateText({ estimate, failed, waiting }: { estimate: Estimate | undefined; failed: unknown; waiting: boolean }) {
  if (failed) return failureOf(failed).message;
  if (estimate === undefined) return waiting ? "Estimating the time…" : "The time is shown once every value is valid.";
  if (estimate.slots === 0)
    return (
      <>
        No worker is connected: the runs will wait until one is.{" "}
        <Link href={workersPage} className="underline underline-offset-2">
          Add a worker
        </Link>
      </>
    );
  const slots = `on ${countOf(estimate.slots, "slot")}`;
  if (estimate.timeMs === null) return `Time unknown ${slots}: ${estimate.basis}.`;
  return (
    <>
      About <strong className="font-semibold text-ink">{formatDuration(estimate.timeMs)}</strong> {slots}
      {estimate.packs && `: ${packsText(estimate.packs)}`}.{" "}
      <span className="text-ink-faint text-xs max-lg:hidden">{capital(estimate.basis)}.</span>
    </>
  );
}

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** "6 depths × 3 seeds": the axes with more than one value. */
function axesText(config: ExperimentConfig): string {
  const axes: [number, string][] = [
    [config.datasets.length, "data set"],
    [config.architectures.length, "architecture"],
    [config.depths.length, "depth"],
    [config.widths.length, "width"],
    [config.losses.length, "loss"],
    [config.classifiers?.length ?? 1, "classifier"],
    [config.regularizers.length, "regularizer"],
    [config.optimizers?.length ?? 1, "optimizer"],
    [config.seeds.length, "seed"],
  ];
  const several = axes
    .filter(([count]) => count !== 1)
    .map(([count, name]) => countOf(count, name, name === "loss" ? "losses" : `${name}s`));
  const text = several.length === 0 ? "one value on every axis" : several.join(" × ");
  const isFree = config.architectures.some((one) => one.name === "ufm");
  return isFree && config.depths.length > 1 ? `${text}; UFM at depth 1 only` : text;
}

/** The server's estimate, asked a moment after the last change. */
function useEstimate(config: ExperimentConfig, valid: boolean) {
  const trpc = useTRPC();
  const [settled, setSettled] = useState(config);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(config), 250);
    return () => clearTimeout(timer);
  }, [config]);
  return useQuery(
    trpc.experiments.estimate.queryOptions(settled, {
      enabled: valid && settled === config,
      placeholderData: keepPreviousData,
      refetchInterval: 10_000,
      retry: false,
    }),
  );
}
