"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../account/useMe.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Problem } from "../live/Problem.tsx";
import { countOf } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Panel } from "../ui/Panel.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { useNow } from "../ui/useNow.ts";
import { Invitations } from "./Invitations.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import { Members } from "./Members.tsx";

/** Who may come in, and as what. */
export function PeopleView() {
  const me = useMe();
  if (me === undefined) return null;
  return me.shared ? <SharedServer /> : <OwnServer />;
}

function OwnServer() {
  return (
    <Panel>
      <EmptyState title="You are the only user of this server">
        To invite others, start it with COLLAPSAR_ACCESS_KEY and the address at which they reach it, COLLAPSAR_PUBLIC_URL.
      </EmptyState>
    </Panel>
  );
}

function SharedServer() {
  const trpc = useTRPC();
  const now = useNow(30_000);
  const people = useQuery(trpc.people.list.queryOptions(undefined, { refetchInterval: 30_000 }));
  const [inviting, setInviting] = useState(false);
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">People</h1>
        {people.data && <span className="text-ink-faint text-sm">{countOf(people.data.members.length, "member")}</span>}
        {people.data && (
          <Button look="primary" icon="plus" className="ml-auto" onClick={() => setInviting(true)} data-testid="invite">
            Invite
          </Button>
        )}
      </div>
      {people.error && <Problem error={people.error} onRetry={() => void people.refetch()} />}
      {people.isPending && !people.error && (
        <Panel>
          <SkeletonLines count={4} />
        </Panel>
      )}
      {people.data && (
        <div className="space-y-6">
          <Members members={people.data.members} now={now} />
          <Invitations invitations={people.data.invitations} now={now} />
          <p className="max-w-2xl text-ink-faint text-xs leading-5">
            Viewers read every study. Editors also launch, cancel, edit and share. Owners also manage people, workers and the
            tokens of others, and delete for good. Whoever has the access key is always an owner, so nobody can be locked out.
          </p>
        </div>
      )}
      <InviteDialog open={inviting} onClose={() => setInviting(false)} />
    </>
  );
}
