"use client";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { experimentProgress } from "../../../contract/experimentProgress.ts";
import { countStatuses, experimentStatus, isTerminal } from "../../../contract/status.ts";
import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";
import { experimentExport, newFromExperiment } from "../../links.ts";
import { useCommands } from "../../shell/Commands.tsx";
import { purgeText, useProgram } from "../../shell/useProgram.ts";
import { formatDuration } from "../../text/formatDuration.ts";
import { countOf, formatPercent } from "../../text/formatNumber.ts";
import { Badge, StatusBadge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { useToast } from "../../ui/Toast.tsx";
import { pauseAction, pauseHints } from "../parts/PauseToggle.tsx";
import { AddDepthDialog } from "./AddDepthDialog.tsx";
import { EditableName } from "./EditableName.tsx";
import { ShareDialog } from "./ShareDialog.tsx";
import { TagList } from "./TagList.tsx";
import { useExperimentActions } from "./useExperimentActions.ts";

interface ResultHeaderProps {
  detail: ExperimentDetail;
  rows: readonly RunRow[];
  share: string | null;
  /** The freshness badge. */
  badge: ReactNode;
  onChanged: () => void;
}

/** Name, state, and everything that can be done with an experiment. */
export function ResultHeader({ detail, rows, share, badge, onChanged }: ResultHeaderProps) {
  const router = useRouter();
  const program = useProgram();
  const toast = useToast();
  const [dialog, setDialog] = useState<"share" | "depth" | "delete" | null>(null);
  const { id, readOnly } = detail;
  // The rows know more than the summary that was read.
  const counts = countStatuses(rows);
  const status = experimentStatus(counts);
  const open = rows.filter((row) => !isTerminal(row.status)).length;
  const missing = counts.failed + counts.cancelled + counts.diverged;
  const progress = experimentProgress(rows);
  const pausable = rows.some((row) => pauseAction(row) === "pause");
  const resumable = rows.some((row) => pauseAction(row) === "resume");

  const { update, remove, cancel, pause, resume, runMissing, again, archive, runAgain } = useExperimentActions(detail, onChanged);

  useCommands(
    readOnly
      ? []
      : [
          { id: "share", label: "Share this experiment", icon: "link", run: () => setDialog("share") },
          { id: "add-depth", label: "Add depth", icon: "plus", run: () => setDialog("depth") },
          { id: "fork", label: "Fork this experiment", icon: "fork", run: () => router.push(newFromExperiment(id)) },
        ],
  );

  const items: MenuItem[] = [
    ...(readOnly
      ? []
      : ([
          { label: "Share", icon: "link", onSelect: () => setDialog("share") },
          { label: "Add depth", icon: "plus", onSelect: () => setDialog("depth") },
          { label: "Fork with changes", icon: "fork", href: newFromExperiment(id) },
          { label: "Run this again", icon: "again", onSelect: runAgain },
          "separator",
          {
            label: "Run missing",
            icon: "again",
            disabled: missing === 0 || runMissing.isPending,
            onSelect: () => runMissing.mutate({ id }),
          },
          {
            label: "Pause all runs",
            icon: "pause",
            disabled: !pausable || pause.isPending,
            onSelect: () => pause.mutate({ id }),
          },
          {
            label: "Resume paused runs",
            icon: "play",
            disabled: !resumable || resume.isPending,
            onSelect: () => resume.mutate({ id }),
          },
          {
            label: "Cancel all runs",
            icon: "stop",
            disabled: open === 0 || cancel.isPending,
            onSelect: () => cancel.mutate({ id }),
          },
          "separator",
        ] satisfies MenuItem[])),
    ...(readOnly
      ? []
      : ([
          "separator",
          {
            label: detail.archived ? "Unarchive" : "Archive",
            icon: "archive",
            onSelect: () => archive(!detail.archived),
          },
          { label: "Delete…", icon: "trash", danger: true, onSelect: () => setDialog("delete") },
        ] satisfies MenuItem[])),
  ];

  return (
    <header className="space-y-2">
      <div className="flex items-start gap-3">
        <EditableName name={detail.name} readOnly={readOnly} onSave={(name) => update.mutate({ id, name })} />
        <div className="ml-auto flex items-center gap-2 pt-0.5">
          {!readOnly && detail.sample && (
            <Button className="max-sm:!hidden" icon="again" disabled={again.isPending} onClick={runAgain} data-testid="run-again">
              Run this again
            </Button>
          )}
          {!readOnly && (
            <>
              {open > 0 && !(resumable && !pausable) && (
                <Button
                  className="max-md:!hidden"
                  icon="pause"
                  disabled={!pausable || pause.isPending}
                  title={pauseHints.pause}
                  onClick={() => pause.mutate({ id })}
                  data-testid="pause-experiment"
                >
                  Pause
                </Button>
              )}
              {resumable && (
                <Button
                  className="max-md:!hidden"
                  icon="play"
                  disabled={resume.isPending}
                  title={pauseHints.resume}
                  onClick={() => resume.mutate({ id })}
                  data-testid="resume-experiment"
                >
                  Resume
                </Button>
              )}
              {open > 0 && (
                <Button className="max-md:!hidden" icon="stop" disabled={cancel.isPending} onClick={() => cancel.mutate({ id })}>
                  Cancel
                </Button>
              )}
              {open === 0 && missing > 0 && (
                <Button
                  className="max-md:!hidden"
                  icon="again"
                  disabled={runMissing.isPending}
                  onClick={() => runMissing.mutate({ id })}
                >
                  Run missing
                </Button>
              )}
              <Button className="max-sm:!hidden" icon="plus" onClick={() => setDialog("depth")}>
                Add depth
              </Button>
              <Button
                className="max-sm:!hidden"
                look="primary"
                icon="link"
                onClick={() => setDialog("share")}
                data-testid="share"
              >
                Share
              </Button>
            </>
          )}
          <Menu
            label="Export"
            icon="download"
            look="plain"
            small={false}
            testId="experiment-export"
            items={[
              {
                label: "CSV: one row per run, config and last values",
                icon: "download",
                href: experimentExport(id, share, "csv"),
                download: true,
              },
              {
                label: "JSON: everything, to rerun",
                icon: "download",
                href: experimentExport(id, share, "json"),
                download: true,
              },
            ]}
          />
          <Menu label="Actions of the experiment" items={items} small={false} look="plain" testId="experiment-actions" />
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-ink-soft text-xs">
        <StatusBadge status={status} />
        {badge}
        {detail.sample && (
          <Badge tone="accent" title="Recorded with this program and included with it">
            recording
          </Badge>
        )}
        {detail.archived && <Badge>archived</Badge>}
        {readOnly && <Badge>read-only</Badge>}
        {detail.launchedBy !== null && <span data-testid="launched-by">launched by {detail.launchedBy}</span>}
        <span>
          {counts.finished} of {countOf(rows.length, "run")} finished
          {counts.failed + counts.diverged > 0 && `, ${counts.failed + counts.diverged} without result`}
          {counts.cancelled > 0 && `, ${counts.cancelled} cancelled`}
          {counts.paused + counts.pausing > 0 && `, ${counts.paused + counts.pausing} paused`}
        </span>
        {open > 0 && (
          <span className="inline-flex min-w-40 items-center gap-2">
            <Progress share={progress} label="Progress of the experiment" busy={counts.running > 0} />
            <span className="whitespace-nowrap">
              {formatPercent(progress)}
              {detail.timeLeftMs !== null && `, ${formatDuration(detail.timeLeftMs)} left`}
            </span>
          </span>
        )}
        <TagList tags={detail.tags} readOnly={readOnly} onSave={(tags) => update.mutate({ id, tags })} />
      </div>
      {!readOnly && (
        <>
          <ShareDialog experimentId={id} open={dialog === "share"} onClose={() => setDialog(null)} />
          <AddDepthDialog
            experimentId={id}
            config={detail.config}
            open={dialog === "depth"}
            onClose={() => setDialog(null)}
            onAdded={(added) => {
              toast({ text: `${countOf(added, "run")} queued` });
              onChanged();
            }}
          />
          <ConfirmDialog
            open={dialog === "delete"}
            onClose={() => setDialog(null)}
            title="Delete this experiment?"
            action="Delete"
            icon="trash"
            busy={remove.isPending}
            onConfirm={() => remove.mutate({ id })}
          >
            <strong className="text-ink">{detail.name}</strong> with {countOf(rows.length, "run")} disappears from the lists
            {open > 0 && `, and ${countOf(open, "unfinished run")} will be cancelled`}. {purgeText(program.data?.purgeDays)}
          </ConfirmDialog>
        </>
      )}
    </header>
  );
}
