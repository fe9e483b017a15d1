import type { Metadata } from "next";
import { SlurmView } from "./SlurmView.tsx";

export const metadata: Metadata = { title: "Workers on Slurm" };

export default function SlurmPage() {
  return <SlurmView />;
}
