"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../../data/trpcClient.ts";
import { experimentPage } from "../../links.ts";
import { Button } from "../../ui/Button.tsx";
import { useToast } from "../../ui/Toast.tsx";

/** Opens what a preset gave when it was recorded, so that nobody needs to train to look at it. */
export function OpenRecording({ preset }: { preset: string }) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [opening, setOpening] = useState(false);
  const open = async () => {
    setOpening(true);
    try {
      const { id } = await client.experiments.openRecording.mutate({ preset });
      void queries.invalidateQueries(trpc.experiments.list.pathFilter());
      router.push(experimentPage(id));
    } catch (error) {
      toast({ text: failureOf(error).message, tone: "bad" });
      setOpening(false);
    }
  };
  return (
    <Button small icon="right" data-testid="open-recording" disabled={opening} onClick={open}>
      {opening ? "Opening…" : "Open the recording"}
    </Button>
  );
}
