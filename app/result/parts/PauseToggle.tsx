"use client";
import { useState } from "react";
import { mayBecome } from "../../../contract/status.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import { useMay } from "../../account/useMe.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPCClient } from "../../data/trpcClient.ts";
import { Button } from "../../ui/Button.tsx";
import { useToast } from "../../ui/Toast.tsx";

/** What a person can say of a run that has not ended: wait, or resume; null where neither is possible. */
export function pauseAction({ status }: Pick<RunRow, "status">): "pause" | "resume" | null {
  if (status === "paused" || status === "pausing") return "resume";
  return mayBecome(status, "pausing") || mayBecome(status, "paused") ? "pause" : null;
}

export const pauseHints = {
  pause: "Makes a checkpoint and waits; its slot is free in the meantime",
  resume: "Resumes from its checkpoint as soon as a slot is free",
} as const;

/** Pauses or resumes a run: a button of a table's row, or with its name. */
export function PauseToggle({ row, small = false, onChanged }: { row: RunRow; small?: boolean; onChanged?: () => void }) {
  const client = useTRPCClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const mayLaunch = useMay()("launch");
  const action = pauseAction(row);
  if (action === null || !mayLaunch) return null;
  const name = action === "pause" ? "Pause" : "Resume";
  const act = async () => {
    setBusy(true);
    try {
      await client.runs[action].mutate({ id: row.id });
    } catch (error) {
      toast({ text: failureOf(error).message, tone: "bad" });
    }
    setBusy(false);
    onChanged?.();
  };
  return (
    <Button
      icon={action === "pause" ? "pause" : "play"}
      look={small ? "quiet" : "plain"}
      small={small}
      className={small ? "-my-1 !h-6 !w-6" : undefined}
      disabled={busy}
      onClick={act}
      title={small ? `${name}: ${pauseHints[action].toLowerCase()}` : pauseHints[action]}
      aria-label={small ? `${name} the run of depth ${row.config.depth}, seed ${row.config.seed}` : undefined}
      data-testid={`run-${action}`}
    >
      {small ? null : name}
    </Button>
  );
}
