"use client";
import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";
import { metricsOf, NotifyDialog } from "../../notifications/NotifyDialog.tsx";
import { purgeText, useProgram } from "../../shell/useProgram.ts";
import { countOf } from "../../text/formatNumber.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { useToast } from "../../ui/Toast.tsx";
import { AddDepthDialog } from "./AddDepthDialog.tsx";
import { PriorityDialog } from "./PriorityDialog.tsx";
import { ShareDialog } from "./ShareDialog.tsx";
import type { ExperimentActions } from "./useExperimentActions.ts";

export type ExperimentDialog = "share" | "notify" | "depth" | "priority" | "delete";

interface ExperimentDialogsProps {
  detail: ExperimentDetail;
  rows: readonly RunRow[];
  /** Runs that have not ended. */
  open: number;
  /** The one that is open. */
  dialog: ExperimentDialog | null;
  update: ExperimentActions["update"];
  remove: ExperimentActions["remove"];
  onClose: () => void;
  onChanged: () => void;
}

/** What is asked before something is done with an experiment; not for readers of a link, who may not ask the server for all of it. */
export function ExperimentDialogs({ detail, rows, open, dialog, update, remove, onClose, onChanged }: ExperimentDialogsProps) {
  const program = useProgram();
  const toast = useToast();
  const { id } = detail;
  return (
    <>
      <ShareDialog experimentId={id} name={detail.name} open={dialog === "share"} onClose={onClose} />
      <NotifyDialog
        experimentId={id}
        metrics={dialog === "notify" ? metricsOf(rows) : []}
        open={dialog === "notify"}
        onClose={onClose}
      />
      <AddDepthDialog
        experimentId={id}
        config={detail.config}
        open={dialog === "depth"}
        onClose={onClose}
        onAdded={(added) => {
          toast({ text: `${countOf(added, "run")} queued` });
          onChanged();
        }}
      />
      <PriorityDialog
        priority={detail.priority}
        open={dialog === "priority"}
        busy={update.isPending}
        onClose={onClose}
        onChoose={(priority) => update.mutate({ id, priority }, { onSuccess: onClose })}
      />
      <ConfirmDialog
        open={dialog === "delete"}
        onClose={onClose}
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
  );
}
