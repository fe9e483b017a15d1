"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { InvitationView } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { formatFull } from "../text/formatTime.ts";
import { Badge } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ActionsTh, Rows, Table, Td, Th } from "../ui/Table.tsx";
import { TimeAgo } from "../ui/TimeAgo.tsx";
import { useToast } from "../ui/Toast.tsx";

/** Links that were made, what became of them, and how to take one back. */
export function Invitations({ invitations, now }: { invitations: InvitationView[]; now: number }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const revoke = useMutation(
    trpc.people.revokeInvitation.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.people.pathFilter()),
      onError: (error) => toast({ text: failureOf(error).message, tone: "bad" }),
    }),
  );
  if (invitations.length === 0) return null;
  return (
    <Panel title="Invitations" hint="each link works once; only hashes are kept" padded={false} testId="invitations">
      <Table>
        <thead>
          <tr>
            <Th>For</Th>
            <Th className="max-sm:hidden">Made</Th>
            <Th>State</Th>
            <ActionsTh />
          </tr>
        </thead>
        <Rows>
          {invitations.map((invitation) => {
            const state = stateOf(invitation, now);
            return (
              <tr key={invitation.id}>
                <Td className="w-full max-w-0 truncate">
                  {invitation.newPasswordOf !== null ? (
                    <>new password of {invitation.newPasswordOf}</>
                  ) : (
                    <>
                      {invitation.note || "somebody"} <span className="text-ink-faint">as {invitation.role}</span>
                    </>
                  )}
                </Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">
                  <TimeAgo at={invitation.createdAt} now={now} />
                </Td>
                <Td className="whitespace-nowrap text-xs">
                  {state === "open" ? (
                    <span className="text-ink-soft" title={formatFull(invitation.expiresAt)}>
                      open<span className="max-sm:hidden"> until {formatFull(invitation.expiresAt)}</span>
                    </span>
                  ) : (
                    <Badge>{state}</Badge>
                  )}
                </Td>
                <Td className="whitespace-nowrap text-right">
                  {state === "open" && (
                    <Button small look="quiet" disabled={revoke.isPending} onClick={() => revoke.mutate({ id: invitation.id })}>
                      Revoke
                    </Button>
                  )}
                </Td>
              </tr>
            );
          })}
        </Rows>
      </Table>
    </Panel>
  );
}

function stateOf(invitation: InvitationView, now: number): "open" | "used" | "revoked" | "expired" {
  if (invitation.usedAt !== null) return "used";
  if (invitation.revokedAt !== null) return "revoked";
  return Date.parse(invitation.expiresAt) < now ? "expired" : "open";
}
