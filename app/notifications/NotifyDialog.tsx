"use client";
import { MakeDialog } from "../ui/MakeDialog.tsx";
import { NotifyForm } from "./NotifyForm.tsx";

/** Who is told when something happens to an experiment: this browser, and addresses of programs. */
export function NotifyDialog(props: { experimentId: string; metrics: readonly string[]; open: boolean; onClose: () => void }) {
  return (
    <MakeDialog open={props.open} onClose={props.onClose} title="Notify me" testId="notify-dialog">
      <NotifyForm experimentId={props.experimentId} metrics={props.metrics} onClose={props.onClose} />
    </MakeDialog>
  );
}

/** Names of metrics that runs have, those of layers without their layer. */
export function metricsOf(rows: readonly { last: Record<string, number> }[]): string[] {
  const found = new Set<string>(["train/nc1.pinv", "train/loss"]);
  for (const { last } of rows) for (const key of Object.keys(last)) found.add(key.replace(/@\d+$/, ""));
  return [...found].sort();
}
