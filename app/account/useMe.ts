"use client";
import { useQuery } from "@tanstack/react-query";
import type { Right } from "../../contract/people.ts";
import type { MeView } from "../../contract/wire/views.ts";
import { useShareToken } from "../data/ShareToken.ts";
import { useTRPC } from "../data/trpcClient.ts";

/** Who is signed in; undefined until it is known, and on a shared page. */
export function useMe(): MeView | undefined {
  const trpc = useTRPC();
  const share = useShareToken();
  return useQuery(trpc.account.me.queryOptions(undefined, { enabled: share === null, staleTime: 60_000 })).data;
}

/** Whether to offer what needs this right: until it is known who is signed in, it is offered. The server checks by itself. */
export function useMay(): (right: Right) => boolean {
  const me = useMe();
  return (right) => me?.rights.includes(right) ?? true;
}
