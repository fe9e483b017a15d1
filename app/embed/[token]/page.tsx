"use client";
import { useShareToken } from "../../data/ShareToken.ts";
import { useSharedExperiment } from "../../s/[token]/SharedGate.tsx";
import { EmbeddedChart } from "../EmbeddedChart.tsx";

export default function EmbedPage() {
  const token = useShareToken() ?? "";
  const experimentId = useSharedExperiment();
  return <EmbeddedChart experimentId={experimentId} share={token} />;
}
