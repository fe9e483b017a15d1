"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Role, roles } from "../../contract/people.ts";
import type { MemberView } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Select } from "../ui/Field.tsx";
import { Menu } from "../ui/Menu.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ActionsTh, Rows, Table, Td, Th } from "../ui/Table.tsx";
import { TimeAgo } from "../ui/TimeAgo.tsx";
import { useToast } from "../ui/Toast.tsx";
import { NewPasswordDialog } from "./NewPasswordDialog.tsx";

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
        <p className="p-4 text-ink-faint text-sm">Nobody yet: you are signed in with the access key. Invite somebody.</p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>Role</Th>
              <Th className="max-sm:hidden">Signs in with</Th>
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
                      { label: "Password reset link", icon: "key", onSelect: () => setResetting(member) },
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
      <ConfirmDialog
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title="Remove this member?"
        action="Remove"
        onConfirm={() => {
          if (removing) remove.mutate({ id: removing.id });
          setRemoving(null);
        }}
      >
        <strong className="text-ink">{removing?.name}</strong> is signed out everywhere at once, and their API tokens and the
        invitations they made stop working. Studies they launched stay. To come back, they need a new invitation.
        {removing?.role === "owner" && " Worker tokens that they made stay valid: review them on the Workers page."}
      </ConfirmDialog>
      <NewPasswordDialog member={resetting} onClose={() => setResetting(null)} />
    </Panel>
  );
}
