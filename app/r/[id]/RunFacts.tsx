"use client";
import type { ReactNode } from "react";
import type { ResolvedDataset } from "../../../contract/data/resolvedDataset.ts";
import { modelFacts } from "../../../contract/facts/configFacts.ts";
import { datasetFacts } from "../../../contract/facts/datasetFacts.ts";
import { formatDuration } from "../../../contract/formatDuration.ts";
import { preemptionsOf, preemptionText } from "../../../contract/preemptions.ts";
import { featuresName, stepInName } from "../../../contract/wire/artefactNames.ts";
import type { AnyRunDetail } from "../../../contract/wire/externalViews.ts";
import type { AttemptView, RunDetail } from "../../../contract/wire/views.ts";
import { useShareToken } from "../../data/ShareToken.ts";
import { runFile } from "../../links.ts";
import { formatBytes, formatCount } from "../../text/formatNumber.ts";
import { formatFull } from "../../text/formatTime.ts";
import { inputText } from "../../text/inputText.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { PanelBoundary } from "../../ui/PanelBoundary.tsx";
import { Facts, Rows, Table, Td, Th } from "../../ui/Table.tsx";
import { missingReasons } from "./missingReasons.ts";
import { RunDevice } from "./RunDevice.tsx";

/** Everything that decided the run's numbers. */
export function RunFacts({ detail }: { detail: RunDetail }) {
  const { row, dataset } = detail;
  return (
    <>
      <PanelBoundary what="Configuration">
        <Panel title="Configuration">
          <Facts rows={modelFacts(row.config)} />
        </Panel>
      </PanelBoundary>
      <PanelBoundary what="Data">
        <Panel title="Data">
          <Facts
            rows={
              dataset === null
                ? [...datasetFacts(row.config.dataset), ["Source", "known once a worker has loaded it"]]
                : [
                    ...datasetFacts(row.config.dataset),
                    ["Source", dataset.source],
                    ["sha256", <Hash key="hash" text={dataset.hash} />],
                    ["Classes", classesText(dataset)],
                    ["Inputs", inputText(dataset)],
                    ["Training", countsText(dataset.trainCounts)],
                    ["Test", countsText(dataset.testCounts)],
                  ]
            }
          />
        </Panel>
      </PanelBoundary>
      <PanelBoundary what="Device and versions">
        <Panel title="Device and versions">
          <RunDevice detail={detail} />
        </Panel>
      </PanelBoundary>
      <PanelBoundary what="Optimum">
        <Panel title="Optimum">
          <OptimumFacts detail={detail} />
        </Panel>
      </PanelBoundary>
    </>
  );
}

const maxNames = 20;
/** "3: cat, dog, horse", the first twenty by name where they have names. */
function classesText({ classes, classNames }: Pick<ResolvedDataset, "classes" | "classNames">): string {
  if (classNames === undefined) return String(classes);
  const rest = classNames.length - maxNames;
  return `${classes}: ${classNames.slice(0, maxNames).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** The optimum that a run is measured against, and what could not be measured. @param none said where there is none yet */
export function OptimumFacts({
  detail,
  none = "Computed when the run starts.",
}: {
  detail: Pick<AnyRunDetail, "row" | "missing">;
  none?: string;
}) {
  const { optimum } = detail.row;
  const missing = missingReasons(detail.missing, optimum?.method === "none" ? optimum.reason : "");
  return (
    <div className="space-y-3">
      {optimum === null ? (
        <p className="text-ink-faint text-sm">{none}</p>
      ) : (
        <Facts
          rows={
            optimum.method === "none"
              ? [["L*", `none: ${optimum.reason}`]]
              : [
                  ["L*", <Value key="loss" value={optimum.loss} />],
                  ["Fit", <Value key="fit" value={optimum.fit} />],
                  ["Ridge", <Value key="ridge" value={optimum.ridge} />],
                  ["Scale s", <Value key="scale" value={optimum.scale} />],
                  ["Geometry", optimum.geometry ?? "–"],
                  ["Found by", optimum.method === "closed-form" ? "closed form" : "numerical minimization"],
                  ...(optimum.reason ? ([["Remark", optimum.reason]] as [string, string][]) : []),
                ]
          }
        />
      )}
      {missing.length > 0 && (
        <div>
          <h3 className="mb-1 text-ink-faint text-xs">Not measured here</h3>
          <ul className="space-y-1 text-xs">
            {missing.map(({ reason, keys }) => (
              <li key={reason}>
                <code className="font-mono">{keys.join(", ")}</code> <span className="text-ink-soft">{reason}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

const Value = ({ value }: { value: number | null }) => (
  <span title={String(value)}>{value === null ? "–" : value.toPrecision(7)}</span>
);
const Hash = ({ text }: { text: string }) => (
  <code className="block truncate font-mono text-xs" title={text}>
    {text}
  </code>
);

/** "10 × 200 = 2,000" where the classes are equal. */
function countsText(counts: number[]): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [first] = counts;
  if (first !== undefined && counts.every((count) => count === first))
    return `${counts.length} × ${formatCount(first)} = ${formatCount(total)}`;
  return `${formatCount(total)} (${counts.join(", ")})`;
}

/** How an attempt ended, and why. */
export function outcomeOf(attempt: AttemptView): ReactNode {
  if (attempt.outcome === null) return <Badge tone="busy">{attempt.startedAt === null ? "starting" : "running"}</Badge>;
  const { code, message, stop } = attempt.outcome;
  if (stop !== undefined) return <Badge title={message}>{stop === "time" ? "worker's time was up" : "worker was stopped"}</Badge>;
  const tone = code === "FINISHED" ? "good" : code === "CANCELLED" ? "plain" : code === "WORKER_LOST" ? "warn" : "bad";
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Badge tone={tone}>{code.toLowerCase().replaceAll("_", " ")}</Badge>
      {code !== "FINISHED" && <span className="max-w-prose whitespace-pre-wrap text-ink-soft text-xs">{message}</span>}
    </span>
  );
}

/** Each execution of the run, by which worker, and why it ended. */
export function RunAttempts({ attempts }: { attempts: AttemptView[] }) {
  const preemptions = preemptionsOf(attempts);
  return (
    <Panel title="Attempts" hint={preemptionText(preemptions) ?? undefined} padded={false} testId="attempts">
      {preemptions.fruitless > 0 && (
        <p className="border-line border-b bg-warn-soft px-4 py-2 text-xs">
          {`The last ${preemptions.fruitless} attempts were stopped along with their workers and got no further than earlier ones: this run needs a worker with more time, or one that is not interrupted.`}
        </p>
      )}
      {attempts.length === 0 ? (
        <p className="p-4 text-ink-faint text-sm">No worker has taken the run yet.</p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>#</Th>
              <Th>Worker</Th>
              <Th>Started</Th>
              <Th>Lasted</Th>
              <Th>From step</Th>
              <Th>Data</Th>
              <Th className="w-full">Ended</Th>
            </tr>
          </thead>
          <Rows>
            {attempts.map((attempt) => (
              <tr key={attempt.number} data-testid="attempt" data-outcome={attempt.outcome?.code ?? ""}>
                <Td>{attempt.number}</Td>
                <Td className="whitespace-nowrap">{attempt.workerName ?? "–"}</Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs">
                  {attempt.startedAt === null ? "–" : formatFull(attempt.startedAt)}
                </Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs">
                  {attempt.startedAt !== null && attempt.endedAt !== null
                    ? formatDuration(new Date(attempt.endedAt).getTime() - new Date(attempt.startedAt).getTime())
                    : "–"}
                </Td>
                <Td>{attempt.resumedFromStep === null ? "–" : formatCount(attempt.resumedFromStep)}</Td>
                <Td className="max-w-24">{attempt.started === null ? "–" : <Hash text={attempt.started.dataset.hash} />}</Td>
                <Td className="py-1.5">{outcomeOf(attempt)}</Td>
              </tr>
            ))}
          </Rows>
        </Table>
      )}
    </Panel>
  );
}

/** What the run's worker wrote last, and which of it the server has, so that another worker can resume. */
export function RunCheckpoints({ detail }: { detail: RunDetail }) {
  const share = useShareToken();
  const { checkpoints, files } = detail;
  const storedAs = (step: number) => files.find(({ name }) => name !== featuresName && stepInName(name) === step)?.name;
  const newest = checkpoints.slice(-12);
  const shown = checkpoints.filter((checkpoint) => newest.includes(checkpoint) || storedAs(checkpoint.step) !== undefined);
  return (
    <Panel
      title="Checkpoints"
      hint="written by the worker; any worker can resume from those that the server has stored"
      padded={false}
    >
      {checkpoints.length === 0 ? (
        <p className="p-4 text-ink-faint text-sm">None yet.</p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>Attempt</Th>
              <Th numeric>Step</Th>
              <Th numeric>Size</Th>
              <Th>Written</Th>
              {files.length > 0 && <Th>Stored</Th>}
              <Th>sha256</Th>
            </tr>
          </thead>
          <Rows>
            {shown.map((checkpoint) => (
              <tr key={`${checkpoint.attempt}.${checkpoint.step}`}>
                <Td>{checkpoint.attempt}</Td>
                <Td numeric>{formatCount(checkpoint.step)}</Td>
                <Td numeric className="whitespace-nowrap">
                  {formatBytes(checkpoint.bytes)}
                </Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs">{formatFull(checkpoint.at)}</Td>
                {files.length > 0 && <Td>{storedLink(detail.row.id, share, storedAs(checkpoint.step))}</Td>}
                <Td className="max-w-40">
                  <Hash text={checkpoint.hash} />
                </Td>
              </tr>
            ))}
          </Rows>
        </Table>
      )}
    </Panel>
  );
}

function storedLink(runId: string, share: string | null, name: string | undefined): ReactNode {
  if (name === undefined) return <span className="text-ink-faint">–</span>;
  return (
    <a href={runFile(runId, share, name)} download className="text-accent hover:underline">
      Download
    </a>
  );
}
