"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ShareTokenContext } from "./ShareToken.ts";
import { makeQueryClient, makeTrpcClient, TRPCProvider } from "./trpcClient.ts";

/** Provides queries and procedures to its children; a share token gets its own client, so that no answer leaks between the two. */
export function DataProvider({ shareToken, children }: { shareToken: string | null; children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient);
  const [trpcClient] = useState(() => makeTrpcClient(shareToken));
  return (
    <ShareTokenContext value={shareToken}>
      <QueryClientProvider client={queryClient}>
        <TRPCProvider queryClient={queryClient} trpcClient={trpcClient}>
          {children}
        </TRPCProvider>
      </QueryClientProvider>
    </ShareTokenContext>
  );
}
