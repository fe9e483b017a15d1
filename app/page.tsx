import type { Metadata } from "next";
import { ExperimentList } from "./experiments/ExperimentList.tsx";

export const metadata: Metadata = { title: "Experiments" };

export default function ExperimentsPage() {
  return <ExperimentList />;
}
