"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { Problem } from "../../live/Problem.tsx";
import { formatFull } from "../../text/formatTime.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Checkbox, TextInput } from "../../ui/Field.tsx";
import { type Lifetime, LifetimeSelect } from "../../ui/LifetimeSelect.tsx";
import { MakeDialog, MakeForm } from "../../ui/MakeDialog.tsx";
import { useToast } from "../../ui/Toast.tsx";

/** Links that show this experiment, read-only and live: make, list, revoke. */
export function ShareDialog({ experimentId, open, onClose }: { experimentId: string; open: boolean; onClose: () => void }) {
  return (
    <MakeDialog open={open} onClose={onClose} title="Share" testId="share-dialog">
      <Shares experimentId={experimentId} onClose={onClose} />
    </MakeDialog>
  );
}

function Shares({ experimentId, onClose }: { experimentId: string; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const [hideNames, setHideNames] = useState(true);
  const [expiresInDays, setExpiresInDays] = useState<Lifetime>(null);
  const list = useQuery(trpc.shares.list.queryOptions({ experimentId }));
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.shares.list.queryKey({ experimentId }) });
  const create = useMutation(trpc.shares.create.mutationOptions({ onSuccess: refresh }));
  const revoke = useMutation(
    trpc.shares.revoke.mutationOptions({
      onSuccess: () => {
        toast({ text: "Link revoked. It no longer works." });
        return refresh();
      },
      onError: (error) => toast({ text: failureOf(error).message, tone: "bad" }),
    }),
  );
  const made = create.data;
  return (
    <MakeForm
      action="Create a link"
      actionTestId="create-share"
      busy={create.isPending}
      onMake={() => create.mutate({ experimentId, hideNames, expiresInDays })}
      onClose={onClose}
      problem={create.error && <Problem error={create.error} />}
      made={made && <MadeLink url={made.url} />}
      list={
        <>
          {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
          {list.data && list.data.length > 0 && (
            <ul className="divide-y divide-line border-line border-t" aria-label="Links">
              {list.data.map((share) => (
                <li key={share.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-sm">
                  <span>made {formatFull(share.createdAt)}</span>
                  {share.hideNames && <Badge>names hidden</Badge>}
                  {share.revokedAt ? (
                    <Badge tone="bad">revoked</Badge>
                  ) : share.expiresAt ? (
                    <Badge tone={Date.parse(share.expiresAt) < Date.now() ? "bad" : "plain"}>
                      {Date.parse(share.expiresAt) < Date.now() ? "expired" : `until ${formatFull(share.expiresAt)}`}
                    </Badge>
                  ) : null}
                  <span className="text-ink-faint text-xs">
                    {share.lastUsedAt ? `last opened ${formatFull(share.lastUsedAt)}` : "not opened yet"}
                  </span>
                  {!share.revokedAt && (
                    <Button
                      className="ml-auto"
                      small
                      look="danger"
                      disabled={revoke.isPending}
                      onClick={() => revoke.mutate({ id: share.id })}
                    >
                      Revoke
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )}
        </>
      }
    >
      <p className="text-ink-soft text-sm">
        Anyone with the link can read this study without an account, live while it runs, but cannot change anything.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Checkbox label="hide names" checked={hideNames} onChange={(event) => setHideNames(event.target.checked)} />
        <LifetimeSelect
          aria-label="How long the link works"
          className="w-auto!"
          choices={[null, 1, 7, 30, 365]}
          value={expiresInDays}
          onChange={setExpiresInDays}
        />
      </div>
      <p className="text-ink-soft text-xs" data-testid="share-shows">
        {hideNames
          ? "Readers see the study’s name, tags, note, settings and measurements, and hashes of its data. Left out are the names of people and workers, devices and versions, logs, files, paths, the names of your own data sets and of their classes, and the texts of failures, warnings and reasons."
          : "Readers see everything you see of this study: who launched it, the names of workers and their devices, logs and failures with stack traces and paths on those machines, the names of your own data sets and their classes, and the files of its runs."}
      </p>
    </MakeForm>
  );
}

function MadeLink({ url }: { url: string }) {
  return (
    <div className="space-y-2" role="status">
      <div className="flex items-center gap-2 rounded-md border border-line bg-sunken p-2">
        <TextInput readOnly aria-label="Link" value={url} data-testid="share-url" onFocus={(event) => event.target.select()} />
        <CopyButton text={url} />
      </div>
      <p className="text-ink-faint text-xs">Copy it now: for safety the server keeps only its hash and cannot show it again.</p>
    </div>
  );
}
