"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Role } from "../../contract/people.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Field, Select, TextInput } from "../ui/Field.tsx";
import { LifetimeSelect } from "../ui/LifetimeSelect.tsx";
import { MakeDialog, MakeForm } from "../ui/MakeDialog.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";

const roleChoices = [
  { value: "viewer", label: "viewer: reads every study" },
  { value: "editor", label: "editor: also launches, edits and shares" },
  { value: "owner", label: "owner: also manages people and workers" },
] as const;

/** A role, then a link that lets one person in. It is shown this once. */
export function InviteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <MakeDialog open={open} onClose={onClose} title="Invite somebody" testId="invite-dialog">
      <InviteForm onClose={onClose} />
    </MakeDialog>
  );
}

function InviteForm({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>("editor");
  const [note, setNote] = useState("");
  const [expiresInDays, setExpiresInDays] = useState(7);
  const invite = useMutation(
    trpc.people.invite.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.people.pathFilter()) }),
  );
  return (
    <MakeForm
      action="Create the link"
      actionTestId="make-invitation"
      busy={invite.isPending}
      onMake={() => invite.mutate({ role, note, expiresInDays })}
      onClose={onClose}
      problem={invite.error && <p className="text-bad text-sm">{failureOf(invite.error).message}</p>}
      made={
        invite.data && (
          <SecretLine text={invite.data.url} label="Copy the link" testId="invitation-link">
            Send this link to the person it is meant for, through a channel that only they can read. It works once and is not
            shown again.
          </SecretLine>
        )
      }
    >
      <Field label="For whom" hint="a note for your list of invitations">
        {(control) => (
          <TextInput
            {...control}
            autoFocus
            value={note}
            maxLength={80}
            placeholder="Ada"
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-[1fr_8rem]">
        <Field label="Role">{(control) => <Select {...control} options={roleChoices} value={role} onChange={setRole} />}</Field>
        <Field label="Valid">
          {(control) => (
            <LifetimeSelect
              {...control}
              choices={[1, 7, 30]}
              value={expiresInDays}
              onChange={(days) => days !== null && setExpiresInDays(days)}
            />
          )}
        </Field>
      </div>
    </MakeForm>
  );
}
