"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import { storableText } from "../../../contract/wireText.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../../data/trpcClient.ts";
import { experimentPage, listPage } from "../../links.ts";
import { countOf } from "../../text/formatNumber.ts";
import { useToast } from "../../ui/Toast.tsx";

export type ExperimentActions = ReturnType<typeof useExperimentActions>;

/** What can be done with an experiment; each action says what it did, or why not, and how to undo it. */
export function useExperimentActions(detail: ExperimentDetail, onChanged: () => void) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const router = useRouter();
  const toast = useToast();
  const { id } = detail;
  const onError = (error: unknown) => toast({ text: failureOf(error).message, tone: "bad" });
  const update = useMutation(trpc.experiments.update.mutationOptions({ onSuccess: onChanged, onError }));
  // This page is gone when its deletion is undone: a mutation of its own would tell nobody.
  const undoRemoval = () => client.experiments.restore.mutate({ id }).then(() => router.push(experimentPage(id)), onError);
  const remove = useMutation(
    trpc.experiments.remove.mutationOptions({
      onError,
      onSuccess: () => {
        router.push(listPage);
        toast({
          text: `“${detail.name}” deleted`,
          action: { label: "Undo", onSelect: () => void undoRemoval() },
          durationMs: 12_000,
        });
      },
    }),
  );
  const cancel = useMutation(
    trpc.experiments.cancel.mutationOptions({
      onError,
      onSuccess: ({ cancelled }) => {
        toast({ text: `${countOf(cancelled, "run")} cancelled; “Run missing” queues them again.` });
        onChanged();
      },
    }),
  );
  const pause = useMutation(
    trpc.experiments.pause.mutationOptions({
      onError,
      onSuccess: ({ paused }) => {
        toast({ text: `${countOf(paused, "run")} paused` });
        onChanged();
      },
    }),
  );
  const resume = useMutation(
    trpc.experiments.resume.mutationOptions({
      onError,
      onSuccess: ({ resumed }) => {
        toast({ text: `${countOf(resumed, "run")} queued to resume` });
        onChanged();
      },
    }),
  );
  const runMissing = useMutation(
    trpc.experiments.runMissing.mutationOptions({
      onError,
      onSuccess: ({ queued }) => {
        toast({ text: queued === 0 ? "No cell is missing." : `${countOf(queued, "run")} queued` });
        onChanged();
      },
    }),
  );
  const again = useMutation(
    trpc.experiments.launch.mutationOptions({ onError, onSuccess: (launched) => router.push(experimentPage(launched.id)) }),
  );
  const archive = (archived: boolean) =>
    update.mutate(
      { id, archived },
      {
        onSuccess: () =>
          toast({
            text: archived ? "Archived: it no longer appears in the list." : "Back in the list.",
            action: { label: "Undo", onSelect: () => update.mutate({ id, archived: !archived }) },
          }),
      },
    );
  const runAgain = () =>
    again.mutate({ name: nameAgain(detail.name), note: detail.note, tags: detail.tags, config: detail.config });
  return { update, remove, cancel, pause, resume, runMissing, again, archive, runAgain };
}

const nameAgain = (name: string): string => `${storableText(name, 110)} (again)`;
