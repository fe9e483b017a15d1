import type { Metadata } from "next";
import { NewExperiment } from "./NewExperiment.tsx";

export const metadata: Metadata = { title: "New experiment" };

export default function NewExperimentPage() {
  return <NewExperiment />;
}
