"use client";
import { QueryCache, type QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, splitLink, type TRPCClient } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "../../server/appRouter.ts";
import { FreshQueryClient } from "./FreshQueryClient.ts";
import { mayPass } from "./failureOf.ts";
import { patientFetch } from "./patientFetch.ts";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** Each of these gets a response of its own, since the size of a response is bounded. */
const large = new Set([
  "experiments.get",
  "experiments.series",
  "experiments.profile",
  "runs.series",
  "runs.geometry",
  "runs.log",
]);

/** Calls the server's procedures; a share token lowers every call to one experiment, read-only. */
export function makeTrpcClient(shareToken: string | null): TRPCClient<AppRouter> {
  const calls = (maxItems: number) =>
    httpBatchLink({
      url: "/trpc",
      maxURLLength: 8000,
      maxItems,
      fetch: (address, options) => patientFetch(address, options as RequestInit),
      headers: () => (shareToken === null ? {} : { "x-share-token": shareToken }),
    });
  return createTRPCClient<AppRouter>({
    links: [splitLink({ condition: ({ path }) => large.has(path), true: calls(1), false: calls(20) })],
  });
}

/** How often a temporary failure is retried. */
const askAgainMs = 5_000;

/** A refusal is an answer and is not retried; an unresponsive server or database is, until it answers. */
export function makeQueryClient(): QueryClient {
  return new FreshQueryClient({
    queryCache: new QueryCache({ onError: leaveIfSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => mayPass(error) && count < 3,
        retryDelay: (count) => Math.min(500 * 2 ** count, 4_000),
        refetchInterval: ({ state }) => state.status === "error" && mayPass(state.error) && askAgainMs,
        refetchOnWindowFocus: true,
      },
    },
  });
}

/** Shows the sign-in to people whose session has ended, and brings them back afterwards. */
function leaveIfSignedOut(error: unknown): void {
  const { data } = error as { data?: { httpStatus?: number } | null };
  if (data?.httpStatus === 401) window.location.reload();
}
