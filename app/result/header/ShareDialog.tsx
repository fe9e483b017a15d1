"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "../../data/trpcClient.ts";
import { Problem } from "../../live/Problem.tsx";
import { Checkbox } from "../../ui/Field.tsx";
import { type Lifetime, LifetimeSelect } from "../../ui/LifetimeSelect.tsx";
import { MakeDialog, MakeForm } from "../../ui/MakeDialog.tsx";
import { FramesField, readFrames, typedFrames } from "./FramesField.tsx";
import { MadeLink } from "./MadeLink.tsx";
import { ShareLine } from "./ShareLine.tsx";

interface SharesProps {
  experimentId: string;
  /** Of the study. */
  name: string;
  onClose: () => void;
}

/** Links that show this experiment, read-only and live: make, list, revoke. */
export function ShareDialog({ open, ...shared }: SharesProps & { open: boolean }) {
  return (
    <MakeDialog open={open} onClose={shared.onClose} title="Share" testId="share-dialog">
      <Shares {...shared} />
    </MakeDialog>
  );
}

function Shares({ experimentId, name, onClose }: SharesProps) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [hideNames, setHideNames] = useState(true);
  const [expiresInDays, setExpiresInDays] = useState<Lifetime>(null);
  const [typed, setTyped] = useState(() => typedFrames("nobody"));
  const list = useQuery(trpc.shares.list.queryOptions({ experimentId }));
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.shares.list.queryKey({ experimentId }) });
  const create = useMutation(trpc.shares.create.mutationOptions({ onSuccess: refresh }));
  const made = create.data;
  const frames = readFrames(typed);
  const framesOfMade = list.data?.find(({ id }) => id === made?.id)?.frames ?? "nobody";
  return (
    <MakeForm
      action="Create a link"
      actionTestId="create-share"
      busy={create.isPending || "problem" in frames}
      onMake={() => "frames" in frames && create.mutate({ experimentId, hideNames, expiresInDays, frames: frames.frames })}
      onClose={onClose}
      problem={create.error && <Problem error={create.error} />}
      made={made && <MadeLink token={made.token} url={made.url} name={name} frames={framesOfMade} />}
      list={
        <>
          {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
          {list.data && list.data.length > 0 && (
            <ul className="divide-y divide-line border-line border-t" aria-label="Links">
              {list.data.map((share) => (
                <ShareLine key={share.id} share={share} onChanged={refresh} />
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
      <FramesField value={typed} onChange={setTyped} />
      <p className="text-ink-soft text-xs" data-testid="share-shows">
        {hideNames
          ? "Readers see the study’s name, tags, note, settings and measurements, and hashes of its data. Left out are the names of people and workers, devices and versions, logs, files, paths, the names of your own data sets and of their classes, and the texts of failures, warnings and reasons."
          : "Readers see everything you see of this study: who launched it, the names of workers and their devices, logs and failures with stack traces and paths on those machines, the names of your own data sets and their classes, and the files of its runs."}
      </p>
    </MakeForm>
  );
}
