"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createWorkerTokenRequest } from "../../contract/wire/requests.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Field, TextInput } from "../ui/Field.tsx";
import { type Lifetime, LifetimeSelect } from "../ui/LifetimeSelect.tsx";
import { MakeDialog, MakeForm } from "../ui/MakeDialog.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";

/** A name, then one line to paste on the other machine. The token in it is shown this once. */
export function AddWorker({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <MakeDialog open={open} onClose={onClose} title="Add a worker" testId="add-worker-dialog">
      <WorkerForm onClose={onClose} />
    </MakeDialog>
  );
}

function WorkerForm({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [expiresInDays, setExpiresInDays] = useState<Lifetime>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const make = useMutation(
    trpc.workers.createToken.mutationOptions({
      onSuccess: () => void queries.invalidateQueries(trpc.workers.tokens.pathFilter()),
      onError: (error) => setProblem(failureOf(error).message),
    }),
  );
  return (
    <MakeForm
      action={make.isPending ? "Creating a token…" : "Create the command"}
      busy={make.isPending}
      onMake={() => {
        const input = createWorkerTokenRequest.safeParse({ name, expiresInDays });
        if (input.success) make.mutate(input.data);
        else setProblem(input.error.issues[0]?.message ?? "choose another name");
      }}
      onClose={onClose}
      made={
        make.data && (
          <>
            <SecretLine text={make.data.command} label="Copy the command" testId="worker-command">
              Paste this command on the machine, in the program's folder. The worker appears in the list once it has connected.
            </SecretLine>
            <p className="text-warn text-xs">
              The token in it is shown only once: the server keeps only its hash. Lost it? Revoke it and add the worker again.
            </p>
          </>
        )
      }
    >
      <p className="text-ink-soft text-sm">
        A worker is any machine with this program installed that can reach this address. It takes runs while it has free slots and
        needs a token of its own, which can be revoked.
      </p>
      <Field label="Name of the machine" error={problem}>
        {(control) => (
          <TextInput
            {...control}
            autoFocus
            data-testid="worker-name"
            value={name}
            maxLength={80}
            placeholder="gpu-1"
            onChange={(event) => {
              setName(event.target.value);
              setProblem(null);
            }}
          />
        )}
      </Field>
      <Field
        label="Its token is valid"
        hint="a worker whose token has expired keeps what it measured and sends it with the next one"
      >
        {(control) => (
          <LifetimeSelect {...control} choices={[null, 1, 7, 30, 365]} value={expiresInDays} onChange={setExpiresInDays} />
        )}
      </Field>
    </MakeForm>
  );
}
