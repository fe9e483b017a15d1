"use client";
import { listPage } from "./links.ts";
import { Button, LinkButton } from "./ui/Button.tsx";
import { EmptyState } from "./ui/EmptyState.tsx";

/** A fault of a page itself: training and the data are elsewhere and go on. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <EmptyState
      title="This page failed"
      actions={
        <>
          <Button look="primary" onClick={reset}>
            Try again
          </Button>
          <LinkButton href={listPage}>Go to experiments</LinkButton>
        </>
      }
    >
      Runs are not affected: they continue. What failed:{" "}
      <code className="font-mono text-xs">{error.digest ?? error.message}</code>
    </EmptyState>
  );
}
