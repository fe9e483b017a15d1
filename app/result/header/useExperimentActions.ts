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

export type StudyActions = ReturnType<typeof useExperimentActions>;
export type ExperimentActions = StudyActions & ReturnType<typeof useRunAgain>;

/** What can be done with an experiment; each action says what it did, or why not, and how to undo it. */
export function useExperimentActions(detail: Pick<ExperimentDetail, "id" | "name">, onChanged: () => void) {
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
  return { update, remove, cancel, pause, resume, runMissing, archive };
}

/** Launches an experiment once more. */
export function useRunAgain({ name, note, tags, config }: ExperimentDetail) {
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const again = useMutation(
    trpc.experiments.launch.mutationOptions({
      onError: (error) => toast({ text: failureOf(error).message, tone: "bad" }),
      onSuccess: (launched) => router.push(experimentPage(launched.id)),
    }),
  );
  return { again, runAgain: () => again.mutate({ name: nameAgain(name), note, tags, config }) };
}

const nameAgain = (name: string): string => `${storableText(name, 110)} (again)`;
