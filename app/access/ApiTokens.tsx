"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import type { ApiTokenView, MeView } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { apiPage } from "../links.ts";
import { Problem } from "../live/Problem.tsx";
import { formatAgo, formatFull } from "../text/formatTime.ts";
import { Badge } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ActionsTh, Rows, Table, Td, Th } from "../ui/Table.tsx";
import { useToast } from "../ui/Toast.tsx";
import { MakeToken } from "./MakeToken.tsx";

/** Tokens of programs: one's own, and everybody's for who manages them. */
export function ApiTokens({ me, now }: { me: MeView; now: number }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const [making, setMaking] = useState(false);
  const tokens = useQuery(trpc.account.tokens.queryOptions());
  const revoke = useMutation(
    trpc.account.revokeToken.mutationOptions({
      onSuccess: () => toast({ text: "Token revoked. It no longer works." }),
      onSettled: () => queries.invalidateQueries(trpc.account.tokens.pathFilter()),
      onError: (error) => toast({ text: failureOf(error).message, tone: "bad" }),
    }),
  );
  const rows = tokens.data ?? [];
  const others = rows.some((token) => !token.own);
  return (
    <Panel
      title="API tokens"
      hint={
        <>
          for programs; only hashes are kept ·{" "}
          <Link href={apiPage} className="text-accent hover:underline">
            what the API can do
          </Link>
        </>
      }
      padded={false}
      testId="api-tokens"
      actions={
        <Button small icon="plus" onClick={() => setMaking(true)} data-testid="make-token">
          Create a token
        </Button>
      }
    >
      {tokens.error && (
        <div className="p-4">
          <Problem error={tokens.error} onRetry={() => void tokens.refetch()} />
        </div>
      )}
      {rows.length === 0 ? (
        <p className="p-4 text-ink-faint text-sm">
          No tokens yet. A program sends one as <code className="text-xs">Authorization: Bearer …</code> to read studies, to
          export them, or to launch new ones.
        </p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>May</Th>
              {others && <Th className="max-sm:hidden">Made by</Th>}
              <Th className="max-sm:hidden">Last used</Th>
              <Th className="max-sm:hidden">Ends</Th>
              <ActionsTh />
            </tr>
          </thead>
          <Rows>
            {rows.map((token) => (
              <tr key={token.id} data-testid="api-token">
                <Td className="w-full max-w-0 truncate font-medium">{token.name}</Td>
                <Td className="whitespace-nowrap text-xs">{token.scope}</Td>
                {others && <Td className="max-w-40 truncate text-ink-soft text-xs max-sm:hidden">{token.maker}</Td>}
                <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">
                  {token.lastUsedAt === null ? "never" : formatAgo(token.lastUsedAt, now)}
                </Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">
                  {token.expiresAt === null ? "when revoked" : formatFull(token.expiresAt)}
                </Td>
                <Td className="whitespace-nowrap text-right">
                  <State token={token} now={now} busy={revoke.isPending} onRevoke={() => revoke.mutate({ id: token.id })} />
                </Td>
              </tr>
            ))}
          </Rows>
        </Table>
      )}
      <MakeToken me={me} open={making} onClose={() => setMaking(false)} />
    </Panel>
  );
}

function State({ token, now, busy, onRevoke }: { token: ApiTokenView; now: number; busy: boolean; onRevoke: () => void }) {
  if (token.revokedAt !== null) return <Badge title={formatFull(token.revokedAt)}>revoked</Badge>;
  if (token.expiresAt !== null && Date.parse(token.expiresAt) < now) return <Badge>expired</Badge>;
  return (
    <Button small look="quiet" disabled={busy} onClick={onRevoke}>
      Revoke
    </Button>
  );
}
