"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { MemberView } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { MakeDialog, MakeForm } from "../ui/MakeDialog.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";

/** A link by which a member chooses a new password. It is shown this once. */
export function NewPasswordDialog({ member, onClose }: { member: MemberView | null; onClose: () => void }) {
  return (
    <MakeDialog open={member !== null} onClose={onClose} title="A new password">
      {member && <NewPasswordForm member={member} onClose={onClose} />}
    </MakeDialog>
  );
}

function NewPasswordForm({ member, onClose }: { member: MemberView; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const make = useMutation(
    trpc.people.inviteToNewPassword.mutationOptions({ onSettled: () => queries.invalidateQueries(trpc.people.pathFilter()) }),
  );
  return (
    <MakeForm
      action="Create the link"
      busy={make.isPending}
      onMake={() => make.mutate({ id: member.id })}
      onClose={onClose}
      problem={make.error && <p className="text-bad text-sm">{failureOf(make.error).message}</p>}
      made={
        make.data && (
          <SecretLine text={make.data.url} label="Copy the link" testId="password-link">
            Give this link to {member.name} through a channel that only they can read. It works once, for two days, and is not
            shown again.
          </SecretLine>
        )
      }
    >
      <p className="text-ink-soft text-sm">
        Creates a link with which <strong className="text-ink">{member.name}</strong> chooses a new password. Their other browsers
        are signed out then.
      </p>
    </MakeForm>
  );
}
