"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { ShareView } from "../../../contract/wire/views.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { formatFull } from "../../text/formatTime.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { useToast } from "../../ui/Toast.tsx";
import { FramesField, framesText, readFrames, typedFrames } from "./FramesField.tsx";

/** A link that was made: what it opens, for how long, and who may embed it. */
export function ShareLine({ share, onChanged }: { share: ShareView; onChanged: () => Promise<void> }) {
  const trpc = useTRPC();
  const toast = useToast();
  const [typed, setTyped] = useState<ReturnType<typeof typedFrames> | null>(null);
  const sayProblem = (error: unknown) => toast({ text: failureOf(error).message, tone: "bad" });
  const saying = (text: string) => () => {
    toast({ text });
    return onChanged();
  };
  const revoke = useMutation(
    trpc.shares.revoke.mutationOptions({ onSuccess: saying("Link revoked. It no longer works."), onError: sayProblem }),
  );
  const setFrames = useMutation(
    trpc.shares.setFrames.mutationOptions({
      onSuccess: () => {
        setTyped(null);
        return saying("Saved. It applies from now on.")();
      },
      onError: sayProblem,
    }),
  );
  const read = typed && readFrames(typed);
  const isOver = share.revokedAt !== null || (share.expiresAt !== null && Date.parse(share.expiresAt) < Date.now());
  return (
    <li className="space-y-2 py-2 text-sm" data-testid="share-line">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span>made {formatFull(share.createdAt)}</span>
        {share.hideNames && <Badge>names hidden</Badge>}
        {share.revokedAt ? (
          <Badge tone="bad">revoked</Badge>
        ) : share.expiresAt ? (
          <Badge tone={isOver ? "bad" : "plain"}>{isOver ? "expired" : `until ${formatFull(share.expiresAt)}`}</Badge>
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
      </div>
      {!isOver && typed === null && (
        <div className="flex items-center gap-x-3 text-ink-soft text-xs">
          <span className="wrap-anywhere min-w-0" data-testid="share-frames">
            {framesText(share.frames)}
          </span>
          <Button small look="quiet" onClick={() => setTyped(typedFrames(share.frames))}>
            Change
          </Button>
        </div>
      )}
      {typed !== null && (
        <div className="space-y-2 rounded-md border border-line p-2">
          <FramesField value={typed} onChange={setTyped} />
          <div className="flex justify-end gap-2">
            <Button small onClick={() => setTyped(null)}>
              Cancel
            </Button>
            <Button
              small
              look="primary"
              disabled={setFrames.isPending || read === null || "problem" in read}
              onClick={() => read && "frames" in read && setFrames.mutate({ id: share.id, frames: read.frames })}
            >
              Save
            </Button>
          </div>
        </div>
      )}
    </li>
  );
}
