"use client";
import { failureOf, mayPass } from "../data/failureOf.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useServerTrouble } from "./serverTrouble.ts";

/** What went wrong while reading, as the server put it, and a way to try again. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message } = failureOf(error);
  // The banner above the page says so already, and the page retries on its own.
  if (useServerTrouble() !== null && mayPass(error)) return null;
  return (
    <Notice role="alert" tone="bad" inLine slim testId="problem">
      <span className="wrap-anywhere min-w-0 flex-1">{message}</span>
      {onRetry && (
        <Button small onClick={onRetry}>
          Try again
        </Button>
      )}
    </Notice>
  );
}
