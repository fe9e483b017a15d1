"use client";
import { useState } from "react";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPCClient } from "../../data/trpcClient.ts";
import { useToast } from "../../ui/Toast.tsx";

/** Brings a deleted experiment back, or says that there is nothing to bring back. */
export function useRestore(experimentId: string, onRestored?: () => void): { restore: () => void; busy: boolean } {
  const client = useTRPCClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const restore = async () => {
    setBusy(true);
    try {
      await client.experiments.restore.mutate({ id: experimentId });
      toast({ text: "The experiment is back; “Run missing” queues runs that were cancelled." });
      onRestored?.();
    } catch (error) {
      const { code, message } = failureOf(error);
      const nothing = code === "NOT_FOUND" || code === "INVALID";
      toast({ text: nothing ? "There is nothing to restore: it was deleted for good, or never existed." : message, tone: "bad" });
    }
    setBusy(false);
  };
  return { restore: () => void restore(), busy };
}
