"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { listPage } from "../links.ts";
import { Problem } from "../live/Problem.tsx";
import { formatFull } from "../text/formatTime.ts";
import { Badge } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ActionsTh, Rows, Table, Td, Th } from "../ui/Table.tsx";
import { TimeAgo } from "../ui/TimeAgo.tsx";
import { useToast } from "../ui/Toast.tsx";

/** Browsers that are signed in as the one who looks, and how to end them. */
export function Sessions({ now }: { now: number }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const sessions = useQuery(trpc.account.sessions.queryOptions());
  const end = useMutation(
    trpc.account.endSessions.mutationOptions({
      onSuccess: (_ended, { which }) => {
        if (which === "this" || which === "all") window.location.assign(listPage);
        else toast({ text: which === "one" ? "That browser has been signed out" : "All other browsers have been signed out" });
      },
      onSettled: () => queries.invalidateQueries(trpc.account.sessions.pathFilter()),
      onError: (error) => toast({ text: failureOf(error).message, tone: "bad" }),
    }),
  );
  const rows = sessions.data ?? [];
  return (
    <Panel
      title="Sessions"
      hint="browsers that are signed in as you"
      padded={false}
      testId="sessions"
      actions={
        <>
          {rows.length > 1 && (
            <Button small disabled={end.isPending} onClick={() => end.mutate({ which: "others" })}>
              Sign out all others
            </Button>
          )}
          <Button small disabled={end.isPending} onClick={() => end.mutate({ which: "all" })}>
            Sign out everywhere
          </Button>
        </>
      }
    >
      {sessions.error && (
        <div className="p-4">
          <Problem error={sessions.error} onRetry={() => void sessions.refetch()} />
        </div>
      )}
      <Table>
        <thead>
          <tr>
            <Th>Browser</Th>
            <Th className="max-sm:hidden">Signed in</Th>
            <Th>Last seen</Th>
            <ActionsTh />
          </tr>
        </thead>
        <Rows>
          {rows.map((session) => (
            <tr key={session.id} data-testid="session">
              <Td className="w-full max-w-0 py-1.5">
                <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="truncate font-medium">{session.browser}</span>
                  {session.current && <Badge tone="accent">this browser</Badge>}
                </span>
              </Td>
              <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">
                <TimeAgo at={session.createdAt} now={now} title={`expires ${formatFull(session.expiresAt)}`} />
              </Td>
              <Td className="whitespace-nowrap text-ink-soft text-xs">
                <TimeAgo at={session.lastSeenAt} now={now} />
              </Td>
              <Td className="whitespace-nowrap text-right">
                <Button
                  small
                  look="quiet"
                  disabled={end.isPending}
                  onClick={() => end.mutate(session.current ? { which: "this" } : { which: "one", id: session.id })}
                >
                  Sign out
                </Button>
              </Td>
            </tr>
          ))}
        </Rows>
      </Table>
    </Panel>
  );
}
