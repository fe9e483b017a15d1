"use client";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext } from "react";
import { failureOf } from "../../data/failureOf.ts";
import { useShareToken } from "../../data/ShareToken.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { SkeletonLines } from "../../ui/Skeleton.tsx";

const SharedExperimentContext = createContext<string | null>(null);

/** Id of the experiment that the share link opens. */
export const useSharedExperiment = (): string => {
  const id = useContext(SharedExperimentContext);
  if (id === null) throw new Error("read outside a shared page");
  return id;
};

/** Opens the link once; whether it is unknown, expired or revoked is not told. */
export function SharedGate({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const token = useShareToken() ?? "";
  const opened = useQuery(trpc.shared.open.queryOptions({ token }, { staleTime: 60_000 }));
  if (opened.data) return <SharedExperimentContext value={opened.data.experimentId}>{children}</SharedExperimentContext>;
  if (opened.error && failureOf(opened.error).code === null)
    return <Problem error={opened.error} onRetry={() => void opened.refetch()} />;
  if (opened.error)
    return (
      <div data-testid="dead-link">
        <EmptyState title="This link does not work (any more)">
          It may be cut off, expired or withdrawn. Ask the person who sent it for a new one.
        </EmptyState>
      </div>
    );
  return (
    <Panel>
      <SkeletonLines count={8} />
    </Panel>
  );
}
