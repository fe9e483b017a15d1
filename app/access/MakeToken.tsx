"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createApiTokenRequest, mayMakeToken, type TokenScope, tokenScopes } from "../../contract/people.ts";
import type { MeView } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Field, Select, TextInput } from "../ui/Field.tsx";
import { type Lifetime, LifetimeSelect } from "../ui/LifetimeSelect.tsx";
import { MakeDialog, MakeForm } from "../ui/MakeDialog.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";

const scopeTexts: Record<TokenScope, string> = {
  read: "read: every study, its series and exports",
  launch: "launch: also starts, pauses and cancels runs",
  log: "log: reports runs that are trained elsewhere, and reads nothing",
  edit: "edit: also changes names and notes, shares and removes studies",
  manage: "manage: also drains workers, and deletes runs for good",
};

/** A name and a scope, then a token that is shown this once. */
export function MakeToken({ me, open, onClose }: { me: MeView; open: boolean; onClose: () => void }) {
  return (
    <MakeDialog open={open} onClose={onClose} title="Create an API token" testId="token-dialog">
      <TokenForm me={me} onClose={onClose} />
    </MakeDialog>
  );
}

function TokenForm({ me, onClose }: { me: MeView; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<TokenScope>("read");
  const [expiresInDays, setExpiresInDays] = useState<Lifetime>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const make = useMutation(
    trpc.account.createToken.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.account.tokens.pathFilter()),
      onError: (error) => setProblem(failureOf(error).message),
    }),
  );
  const scopes = tokenScopes.map((value) => ({ value, label: scopeTexts[value], disabled: !mayMakeToken(me.role, value) }));
  return (
    <MakeForm
      action="Create the token"
      busy={make.isPending}
      onMake={() => {
        const input = createApiTokenRequest.safeParse({ name, scope, expiresInDays });
        if (input.success) make.mutate(input.data);
        else setProblem(input.error.issues[0]?.message ?? "choose another name");
      }}
      onClose={onClose}
      made={
        make.data && (
          <SecretLine text={make.data.token} label="Copy the token" testId="api-token-text">
            A program sends it as <code className="text-xs">Authorization: Bearer …</code>. It is shown only once: the server
            keeps only its hash.
          </SecretLine>
        )
      }
    >
      <Field label="Name of the program" error={problem}>
        {(control) => (
          <TextInput
            {...control}
            autoFocus
            value={name}
            maxLength={80}
            placeholder="notebook"
            data-testid="token-name"
            onChange={(event) => {
              setName(event.target.value);
              setProblem(null);
            }}
          />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-[1fr_9rem]">
        <Field
          label="What it may do"
          hint={scope === "log" ? "Nothing accepts such a token yet: it can neither read studies nor launch them." : undefined}
        >
          {(control) => <Select {...control} options={scopes} value={scope} onChange={setScope} />}
        </Field>
        <Field label="Valid">
          {(control) => (
            <LifetimeSelect {...control} choices={[null, 30, 90, 365]} value={expiresInDays} onChange={setExpiresInDays} />
          )}
        </Field>
      </div>
      <p className="text-ink-faint text-xs">
        It can never do more than you can at that time, and it can neither create tokens nor manage people.
      </p>
    </MakeForm>
  );
}
