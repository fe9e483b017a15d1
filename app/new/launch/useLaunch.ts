"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { LaunchInput } from "../../../contract/config/experimentConfig.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../../data/trpcClient.ts";
import { experimentPage } from "../../links.ts";
import { useToast } from "../../ui/Toast.tsx";
import { saveDraft } from "../draft/draft.ts";

/** The form itself comes first. */
const resultPageAfterMs = 500;

/** Launches, and goes to the new experiment as soon as the server has it. */
export function useLaunch() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [launching, setLaunching] = useState(false);
  useEffect(() => {
    // Loaded while the form is filled in: the first point then waits for no code.
    const timer = setTimeout(() => void import("../../result/ExperimentResult.tsx"), resultPageAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return {
    launching,
    start: async (input: LaunchInput) => {
      setLaunching(true);
      try {
        const { id } = await client.experiments.launch.mutate(input);
        saveDraft(null);
        void queries.invalidateQueries(trpc.experiments.list.pathFilter());
        router.push(experimentPage(id));
      } catch (error) {
        toast({ text: failureOf(error).message, tone: "bad" });
        setLaunching(false);
      }
    },
  };
}
