"use client";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { createWorkerTokenRequest } from "../../contract/wire/requests.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../data/trpcClient.ts";
import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/CopyButton.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Field, Select, TextInput } from "../ui/Field.tsx";

const expiries = [
  { value: "never", label: "until it is revoked" },
  { value: "1", label: "for 1 day" },
  { value: "7", label: "for 7 days" },
  { value: "30", label: "for 30 days" },
  { value: "365", label: "for 1 year" },
] as const;
type Expiry = (typeof expiries)[number]["value"];

/** A name, then one line to paste on the other machine. The token in it is shown this once. */
export function AddWorker({ open, onClose }: { open: boolean; onClose: () => void }) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [expiry, setExpiry] = useState<Expiry>("never");
  const [problem, setProblem] = useState<string | null>(null);
  const [made, setMade] = useState<{ token: string; command: string } | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (open) return;
    setName("");
    setMade(null);
    setProblem(null);
  }, [open]);

  const make = async (event: FormEvent) => {
    event.preventDefault();
    const input = createWorkerTokenRequest.safeParse({ name, expiresInDays: expiry === "never" ? null : Number(expiry) });
    if (!input.success) return setProblem(input.error.issues[0]?.message ?? "choose another name");
    setBusy(true);
    try {
      setMade(await client.workers.createToken.mutate(input.data));
      void queries.invalidateQueries(trpc.workers.tokens.pathFilter());
    } catch (error) {
      setProblem(failureOf(error).message);
    }
    setBusy(false);
  };

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Add a worker"
      wide
      testId="add-worker-dialog"
      footer={made === null ? undefined : <Button onClick={onClose}>Done</Button>}
    >
      {made === null ? (
        <form onSubmit={make} className="space-y-4">
          <p className="text-ink-soft text-sm">
            A worker is any machine with this program installed that can reach this address. It takes runs while it has free slots
            and needs a token of its own, which can be revoked.
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
            {(control) => <Select {...control} options={expiries} value={expiry} onChange={setExpiry} />}
          </Field>
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" disabled={busy}>
              {busy ? "Making a token…" : "Make the line"}
            </Button>
          </div>
        </form>
      ) : (
        <div className="space-y-3">
          <p className="text-ink-soft text-sm">
            Paste this line on the machine, in the folder of the program. It appears in the list once it has connected.
          </p>
          <pre
            data-testid="worker-command"
            className="overflow-x-auto whitespace-pre-wrap break-all rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5"
          >
            {made.command}
          </pre>
          <CopyButton text={made.command} label="Copy the line" />
          <p className="text-warn text-xs">
            The token in it is shown only now: only its hash is kept. Lost it? Revoke it and add the worker again.
          </p>
        </div>
      )}
    </Dialog>
  );
}
