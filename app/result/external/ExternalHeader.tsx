"use client";
import { type ReactNode, useState } from "react";
import { isTerminal } from "../../../contract/status.ts";
import type { ExternalExperimentDetail, ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import { metricsOf, NotifyDialog } from "../../notifications/NotifyDialog.tsx";
import { useBrowserNotifications } from "../../notifications/useBrowserNotifications.ts";
import { useCommands } from "../../shell/Commands.tsx";
import { purgeText, useProgram } from "../../shell/useProgram.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { EditableName } from "../header/EditableName.tsx";
import { exportItems } from "../header/exportItems.ts";
import { ProvenanceNote } from "../header/ProvenanceNote.tsx";
import { ShareDialog } from "../header/ShareDialog.tsx";
import { StatusLine } from "../header/StatusLine.tsx";
import { useExperimentActions } from "../header/useExperimentActions.ts";
import { SourceNote } from "./parts/SourceNote.tsx";

interface ExternalHeaderProps {
  detail: ExternalExperimentDetail;
  rows: readonly ExternalRunRow[];
  share: string | null;
  /** The freshness badge. */
  badge: ReactNode;
  onChanged: () => void;
}

/** Name, state and source of a study of runs that were trained elsewhere, and what can be done with it here. */
export function ExternalHeader({ detail, rows, share, badge, onChanged }: ExternalHeaderProps) {
  const [dialog, setDialog] = useState<"share" | "notify" | "delete" | null>(null);
  const { update, remove, archive } = useExperimentActions(detail, onChanged);
  const { id, name, readOnly } = detail;
  const close = () => setDialog(null);
  useBrowserNotifications({ id, name, status: detail.status, runs: rows });
  useCommands(
    readOnly
      ? []
      : [
          { id: "share", label: "Share this experiment", icon: "link", run: () => setDialog("share") },
          { id: "notify", label: "Notify me of this experiment", icon: "bell", run: () => setDialog("notify") },
        ],
  );
  return (
    <header className="space-y-2">
      <div className="flex items-start gap-3">
        <EditableName name={name} readOnly={readOnly} onSave={(next) => update.mutate({ id, name: next })} />
        <div className="ml-auto flex items-center gap-2 pt-0.5">
          {!readOnly && (
            <Button className="max-sm:!hidden" look="primary" icon="link" onClick={() => setDialog("share")} data-testid="share">
              Share
            </Button>
          )}
          <Menu
            label="Export"
            icon="download"
            look="plain"
            small={false}
            testId="experiment-export"
            items={exportItems(id, share, "external")}
          />
          <Menu
            label="Actions of the experiment"
            small={false}
            look="plain"
            testId="experiment-actions"
            items={
              readOnly
                ? []
                : [
                    { label: "Share", icon: "link", onSelect: () => setDialog("share") },
                    { label: "Notify me…", icon: "bell", onSelect: () => setDialog("notify") },
                    "separator",
                    {
                      label: detail.archived ? "Unarchive" : "Archive",
                      icon: "archive",
                      onSelect: () => archive(!detail.archived),
                    },
                    { label: "Delete…", icon: "trash", danger: true, onSelect: () => setDialog("delete") },
                  ]
            }
          />
        </div>
      </div>
      <StatusLine
        detail={detail}
        rows={rows}
        open={rows.filter((row) => !isTerminal(row.status)).length}
        badge={badge}
        onTags={(tags) => update.mutate({ id, tags })}
        isTotalKnown={rows.every(({ external }) => external.isTotalKnown)}
      />
      <SourceNote facts={rows.map(({ external }) => external)} />
      <ProvenanceNote provenance={detail.provenance} />
      {!readOnly && (
        <>
          <ShareDialog experimentId={id} name={name} open={dialog === "share"} onClose={close} />
          <NotifyDialog
            experimentId={id}
            metrics={dialog === "notify" ? metricsOf(rows) : []}
            open={dialog === "notify"}
            onClose={close}
          />
          <DeleteDialog
            name={name}
            runs={rows.length}
            open={dialog === "delete"}
            busy={remove.isPending}
            onClose={close}
            onDelete={() => remove.mutate({ id })}
          />
        </>
      )}
    </header>
  );
}

interface DeleteDialogProps {
  name: string;
  runs: number;
  open: boolean;
  busy: boolean;
  onClose: () => void;
  onDelete: () => void;
}

/** Apart from the header, as readers of a link may not ask for how long it can be undone. */
function DeleteDialog({ name, runs, open, busy, onClose, onDelete }: DeleteDialogProps) {
  const program = useProgram();
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title="Delete this experiment?"
      action="Delete"
      icon="trash"
      busy={busy}
      onConfirm={onDelete}
    >
      <strong className="text-ink">{name}</strong> with {countOf(runs, "run")} disappears from the lists.{" "}
      {purgeText(program.data?.purgeDays)}
    </ConfirmDialog>
  );
}
