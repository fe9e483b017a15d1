"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Role, roles } from "../../contract/people.ts";
import type { MemberView } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Select } from "../ui/Field.tsx";
import { Menu } from "../ui/Menu.tsx";
import { Panel } from "../ui/Panel.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";
import { ActionsTh, Rows, Table, Td, Th } from "../ui/Table.tsx";
import { TimeAgo } from "../ui/TimeAgo.tsx";
import { useToast } from "../ui/Toast.tsx";

const roleChoices = roles.map((role) => ({ value: role, label: role }));

export function Members({ members, now }: { members: MemberView[]; now: number }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const [removing, setRemoving] = useState<MemberView | null>(null);
  const [resetting, setResetting] = useState<MemberView | null>(null);
  const options = {
    onSettled: () => queries.invalidateQueries(trpc.people.pathFilter()),
    onError: (error: unknown) => toast({ text: failureOf(error).message, tone: "bad" }),
  };
  const setRole = useMutation(trpc.people.setRole.mutationOptions(options));
  const remove = useMutation(trpc.people.remove.mutationOptions(options));
  return (
    <Panel title="Members" hint="with a sign-in of their own" padded={false} testId="members">
      {members.length === 0 ? (
        <p className="p-4 text-ink-faint text-sm">Nobody yet: you are signed in by the access key. Invite somebody.</p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>Role</Th>
              <Th className="max-sm:hidden">Signs in by</Th>
              <Th className="max-sm:hidden">Last seen</Th>
              <ActionsTh />
            </tr>
          </thead>
          <Rows>
            {members.map((member) => (
              <tr key={member.id} data-testid="member">
                <Td className="w-full max-w-0 py-2">
                  <span className="block truncate font-medium">{member.name}</span>
                  <span className="block truncate text-ink-faint text-xs">{member.email}</span>
                </Td>
                <Td>
                  <Select<Role>
                    aria-label={`Role of ${member.name}`}
                    className="w-24!"
                    options={roleChoices}
                    value={member.role}
                    disabled={setRole.isPending}
                    onChange={(role) => setRole.mutate({ id: member.id, role })}
                  />
                </Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">
                  {member.by === "password" ? "password" : "organization"}
                </Td>
                <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">
                  {member.lastSeenAt === null ? (
                    <span className="text-ink-faint">signed out</span>
                  ) : (
                    <TimeAgo at={member.lastSeenAt} now={now} />
                  )}
                </Td>
                <Td className="w-8 pl-0!">
                  <Menu
                    label={`Actions for ${member.name}`}
                    items={[
                      { label: "Link to a new password", icon: "key", onSelect: () => setResetting(member) },
                      "separator",
                      { label: "Remove…", icon: "trash", danger: true, onSelect: () => setRemoving(member) },
                    ]}
                  />
                </Td>
              </tr>
            ))}
          </Rows>
        </Table>
      )}
      <Dialog
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title="Remove this member?"
        footer={
          <>
            <Button onClick={() => setRemoving(null)}>Keep</Button>
            <Button
              look="danger"
              onClick={() => {
                if (removing) remove.mutate({ id: removing.id });
                setRemoving(null);
              }}
            >
              Remove
            </Button>
          </>
        }
      >
        <p className="text-ink-soft text-sm">
          <strong className="text-ink">{removing?.name}</strong> is signed out everywhere at once, and their API tokens and the
          invitations that they made end. Studies that they launched stay. To come back they need a new invitation.
          {removing?.role === "owner" && " Worker tokens that they made stay valid: look through those on the page Workers."}
        </p>
      </Dialog>
      <NewPasswordDialog key={resetting?.id} member={resetting} onClose={() => setResetting(null)} />
    </Panel>
  );
}

function NewPasswordDialog({ member, onClose }: { member: MemberView | null; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const make = useMutation(
    trpc.people.inviteToNewPassword.mutationOptions({ onSettled: () => queries.invalidateQueries(trpc.people.pathFilter()) }),
  );
  return (
    <Dialog open={member !== null} onClose={onClose} title="A new password" wide footer={<Button onClick={onClose}>Done</Button>}>
      {make.data ? (
        <SecretLine text={make.data.url} label="Copy the link" testId="password-link">
          Give this link to {member?.name} by a way that only they read. It works once, for two days, and is shown only now.
        </SecretLine>
      ) : (
        <div className="space-y-4">
          <p className="text-ink-soft text-sm">
            Makes a link by which <strong className="text-ink">{member?.name}</strong> chooses a new password. Their other
            browsers are signed out then.
          </p>
          {make.error && <p className="text-bad text-sm">{failureOf(make.error).message}</p>}
          <Button look="primary" disabled={make.isPending} onClick={() => member && make.mutate({ id: member.id })}>
            Make the link
          </Button>
        </div>
      )}
    </Dialog>
  );
}
