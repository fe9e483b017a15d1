"use client";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPCClient } from "../../data/trpcClient.ts";
import { useToast } from "../../ui/Toast.tsx";

/** @returns what stores a note, and tells whether it did */
export function useSaveNote(experimentId: string, onChanged: () => Promise<void>): (note: string) => Promise<boolean> {
  const client = useTRPCClient();
  const toast = useToast();
  return async (note) => {
    try {
      await client.experiments.update.mutate({ id: experimentId, note });
      await onChanged();
      return true;
    } catch (problem) {
      toast({ text: failureOf(problem).message, tone: "bad" });
      return false;
    }
  };
}
