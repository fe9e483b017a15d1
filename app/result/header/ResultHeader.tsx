"use client";
import { type ReactNode, useState } from "react";
import type { ExperimentDetail, RunRow } from "../../../contract/wire/views.ts";
import { useBrowserNotifications } from "../../notifications/useBrowserNotifications.ts";
import { ActionButtons } from "./ActionButtons.tsx";
import { availableActions } from "./availableActions.ts";
import { EditableName } from "./EditableName.tsx";
import { type ExperimentDialog, ExperimentDialogs } from "./ExperimentDialogs.tsx";
import { ExperimentMenu } from "./ExperimentMenu.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import { ProvenanceNote } from "./ProvenanceNote.tsx";
import { StatusLine } from "./StatusLine.tsx";
import { useExperimentActions, useRunAgain } from "./useExperimentActions.ts";

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
  const [dialog, setDialog] = useState<ExperimentDialog | null>(null);
  const actions = { ...useExperimentActions(detail, onChanged), ...useRunAgain(detail) };
  const available = availableActions(rows);
  const { id, readOnly } = detail;
  const { update, remove } = actions;
  useBrowserNotifications({ id, name: detail.name, status: detail.status, runs: rows });
  const asked = { detail, available, actions, onDialog: setDialog };
  return (
    <header className="space-y-2">
      <div className="flex items-start gap-3">
        <EditableName name={detail.name} readOnly={readOnly} onSave={(name) => update.mutate({ id, name })} />
        <div className="ml-auto flex items-center gap-2 pt-0.5">
          <ActionButtons {...asked} />
          <ExportMenu detail={detail} share={share} />
          <ExperimentMenu {...asked} />
        </div>
      </div>
      <StatusLine
        detail={detail}
        rows={rows}
        open={available.open}
        badge={badge}
        onTags={(tags) => update.mutate({ id, tags })}
      />
      <ProvenanceNote provenance={detail.provenance} />
      {!detail.readOnly && (
        <ExperimentDialogs
          detail={detail}
          rows={rows}
          open={available.open}
          dialog={dialog}
          update={update}
          remove={remove}
          onClose={() => setDialog(null)}
          onChanged={onChanged}
        />
      )}
    </header>
  );
}
