"use client";
import { experimentPage, listPage, sharedPage } from "../../links.ts";
import { useRestore } from "../../result/parts/useRestore.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";

/** In place of a run that is not there: what may have happened, and what to do. @param experimentId null: not known */
export function NoRun({
  experimentId,
  share,
  onRestored,
}: {
  experimentId: string | null;
  share: string | null;
  onRestored: () => void;
}) {
  const { restore, busy } = useRestore(experimentId ?? "", onRestored);
  return (
    <div data-testid="no-run">
      <EmptyState
        title="There is no such run"
        actions={
          share === null ? (
            <>
              {experimentId !== null && (
                <>
                  <Button icon="again" disabled={busy} onClick={restore}>
                    Restore its experiment
                  </Button>
                  <LinkButton href={experimentPage(experimentId)}>To its experiment</LinkButton>
                </>
              )}
              <LinkButton href={listPage}>Go to experiments</LinkButton>
            </>
          ) : (
            <LinkButton href={sharedPage(share)}>To the experiment</LinkButton>
          )
        }
      >
        {experimentId === null
          ? "Its address may be incomplete, or it was deleted, by itself or with its experiment."
          : "It was deleted, on its own or with its experiment, while this page was open. “Run missing” in its experiment creates a deleted run again."}
      </EmptyState>
    </div>
  );
}
