"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Role } from "../../contract/people.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Field, Select, TextInput } from "../ui/Field.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";

const roleChoices = [
  { value: "viewer", label: "viewer: reads every study" },
  { value: "editor", label: "editor: also launches, edits and shares" },
  { value: "owner", label: "owner: also manages people and workers" },
] as const;
const expiries = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;

/** A role, then a link that lets one person in. It is shown this once. */
export function InviteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>("editor");
  const [note, setNote] = useState("");
  const [days, setDays] = useState<(typeof expiries)[number]["value"]>("7");
  const invite = useMutation(
    trpc.people.invite.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.people.pathFilter()) }),
  );
  const { reset } = invite;
  useEffect(() => {
    if (open) return;
    reset();
    setNote("");
  }, [open, reset]);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Invite somebody"
      wide
      testId="invite-dialog"
      footer={invite.data && <Button onClick={onClose}>Done</Button>}
    >
      {invite.data ? (
        <SecretLine text={invite.data.url} label="Copy the link" testId="invitation-link">
          Give this link to the person you mean, by a way that only they read. It works once and is shown only now.
        </SecretLine>
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate({ role, note, expiresInDays: Number(days) });
          }}
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
            <Field label="Role">
              {(control) => <Select {...control} options={roleChoices} value={role} onChange={setRole} />}
            </Field>
            <Field label="Valid for">
              {(control) => <Select {...control} options={expiries} value={days} onChange={setDays} />}
            </Field>
          </div>
          {invite.error && <p className="text-bad text-sm">{failureOf(invite.error).message}</p>}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" disabled={invite.isPending} data-testid="make-invitation">
              Make the link
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
