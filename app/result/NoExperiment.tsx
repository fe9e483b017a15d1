"use client";
import { listPage } from "../links.ts";
import { purgeText, useProgram } from "../shell/useProgram.ts";
import { Button, LinkButton } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useRestore } from "./parts/useRestore.ts";

interface NoExperimentProps {
  experimentId: string;
  /** Read through a link, which can bring nothing back. */
  readOnly: boolean;
  onRestored: () => void;
}

/** In place of an experiment that is not there: what may have happened, and what to do. */
export function NoExperiment({ experimentId, readOnly, onRestored }: NoExperimentProps) {
  const { restore, busy } = useRestore(experimentId, onRestored);
  const program = useProgram();
  return (
    <div data-testid="no-experiment">
      <EmptyState
        title="There is no such experiment"
        actions={
          readOnly ? undefined : (
            <>
              <Button icon="again" disabled={busy} onClick={restore}>
                Restore it
              </Button>
              <LinkButton href={listPage}>Go to experiments</LinkButton>
            </>
          )
        }
      >
        {readOnly
          ? "It was deleted. Ask the person who sent the link."
          : `It was deleted, or its address is incomplete. ${purgeText(program.data?.purgeDays)}`}
      </EmptyState>
    </div>
  );
}

/** Above an experiment that was deleted while it was open. */
export function RemovedNotice({ experimentId, readOnly }: Omit<NoExperimentProps, "onRestored">) {
  const { restore, busy } = useRestore(experimentId);
  return (
    <Notice role="alert" icon="trash" inLine testId="removed">
      <p className="min-w-0 flex-1 basis-60">
        <strong className="font-semibold">This experiment was deleted</strong>
        {readOnly
          ? ". What you see is its last state: it is not updated, and will be gone when you reload the page."
          : " in another window or by somebody else, and its unfinished runs were cancelled. What you see is its last state, which is not updated."}
      </p>
      {!readOnly && (
        <>
          <Button small icon="again" disabled={busy} onClick={restore}>
            Restore it
          </Button>
          <LinkButton small href={listPage}>
            Go to experiments
          </LinkButton>
        </>
      )}
    </Notice>
  );
}
