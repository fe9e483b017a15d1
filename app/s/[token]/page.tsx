"use client";
import { useShareToken } from "../../data/ShareToken.ts";
import { ExperimentResult } from "../../result/ExperimentResult.tsx";
import { useSharedExperiment } from "./SharedGate.tsx";

export default function SharedExperimentPage() {
  const token = useShareToken();
  const experimentId = useSharedExperiment();
  return <ExperimentResult experimentId={experimentId} share={token ?? undefined} />;
}
