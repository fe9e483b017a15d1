"use client";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext } from "react";
import { isGone } from "../../data/failureOf.ts";
import { LinkCheckContext } from "../../data/LinkCheck.ts";
import { useShareToken } from "../../data/ShareToken.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { Problem } from "../../live/Problem.tsx";
import { Button } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { SkeletonLines } from "../../ui/Skeleton.tsx";

const SharedExperimentContext = createContext<string | null>(null);

/** Id of the experiment that the share link opens. */
export const useSharedExperiment = (): string => {
  const id = useContext(SharedExperimentContext);
  if (id === null) throw new Error("read outside a shared page");
  return id;
};

/** Opens the link, and asks again when the live channel is refused; it does not say whether it is unknown, expired or revoked. */
export function SharedGate({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const token = useShareToken() ?? "";
  const opened = useQuery(trpc.shared.open.queryOptions({ token }, { staleTime: 60_000 }));
  const { refetch } = opened;
  const ask = useCallback(() => void refetch(), [refetch]);
  // Refused while it was open: it was withdrawn, and what it showed goes.
  if (opened.error && isGone(opened.error))
    return (
      <div data-testid="dead-link">
        <EmptyState
          title="This link is invalid or has been revoked"
          actions={
            <Button icon="again" onClick={ask}>
              Try again
            </Button>
          }
        >
          It may be incomplete, expired or revoked. Ask the person who sent it for a new one.
        </EmptyState>
      </div>
    );
  if (opened.data)
    return (
      <LinkCheckContext value={ask}>
        <SharedExperimentContext value={opened.data.experimentId}>{children}</SharedExperimentContext>
      </LinkCheckContext>
    );
  if (opened.error) return <Problem error={opened.error} onRetry={ask} />;
  return (
    <Panel>
      <SkeletonLines count={8} />
    </Panel>
  );
}
