"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkerTokenView } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../data/trpcClient.ts";
import { formatFull } from "../text/formatTime.ts";
import { Badge } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ActionsTh, Rows, Table, Td, Th } from "../ui/Table.tsx";
import { TimeAgo } from "../ui/TimeAgo.tsx";
import { useToast } from "../ui/Toast.tsx";

const isExpired = ({ revokedAt, expiresAt }: WorkerTokenView, now: number) =>
  revokedAt === null && expiresAt !== null && Date.parse(expiresAt) < now;

/** The tokens with which workers connect, and how to take one back. */
export function WorkerTokens({ now }: { now: number }) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const toast = useToast();
  const tokens = useQuery(trpc.workers.tokens.queryOptions());
  const [revoking, setRevoking] = useState<WorkerTokenView | null>(null);

  const revoke = async (token: WorkerTokenView) => {
    setRevoking(null);
    try {
      await client.workers.revokeToken.mutate({ id: token.id });
      toast({ text: `The token of “${token.name}” is revoked` });
    } catch (error) {
      toast({ text: failureOf(error).message, tone: "bad" });
    }
    void queries.invalidateQueries(trpc.workers.pathFilter());
  };

  const time = (at: string | null) =>
    at === null ? <span className="text-ink-faint">never</span> : <TimeAgo at={at} now={now} />;
  return (
    <Panel title="Tokens" hint="each worker connects with one; only hashes are kept" padded={false} testId="tokens">
      {(tokens.data ?? []).length === 0 ? (
        <p className="p-4 text-ink-faint text-sm">No tokens yet. The built-in worker has its own.</p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>Name</Th>
              <Th className="max-sm:hidden">Made</Th>
              <Th>Last used</Th>
              <ActionsTh />
            </tr>
          </thead>
          <Rows>
            {tokens.data?.map((token) => (
              <tr key={token.id}>
                <Td className="w-full max-w-0 py-1.5">
                  <div className="truncate font-medium">{token.name}</div>
                  {token.expiresAt !== null && token.revokedAt === null && (
                    <div className="text-ink-faint text-xs">
                      {isExpired(token, now) ? "expired" : "valid until"} {formatFull(token.expiresAt)}
                    </div>
                  )}
                </Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">{time(token.createdAt)}</Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs">{time(token.lastUsedAt)}</Td>
                <Td className="whitespace-nowrap text-right">
                  {isExpired(token, now) ? (
                    <Badge title={formatFull(token.expiresAt!)}>expired</Badge>
                  ) : token.revokedAt === null ? (
                    <Button small look="quiet" onClick={() => setRevoking(token)}>
                      Revoke
                    </Button>
                  ) : (
                    <Badge title={formatFull(token.revokedAt)}>revoked</Badge>
                  )}
                </Td>
              </tr>
            ))}
          </Rows>
        </Table>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title="Revoke this token?"
        action="Revoke"
        onConfirm={() => revoking && void revoke(revoking)}
      >
        The worker <strong className="text-ink">{revoking?.name}</strong> is disconnected and cannot come back with it; its runs
        are queued again for others. This cannot be undone, but a new token can be created.
      </ConfirmDialog>
    </Panel>
  );
}
