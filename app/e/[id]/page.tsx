import type { Metadata } from "next";
import { ExperimentResult } from "../../result/ExperimentResult.tsx";

export const metadata: Metadata = { title: "Experiment" };

export default async function ExperimentPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <ExperimentResult key={id} experimentId={id} />;
}
