import type { Metadata } from "next";
import { RunView } from "./RunView.tsx";

export const metadata: Metadata = { title: "Run" };

export default async function RunPage({ params }: { params: Promise<{ id: string }> }) {
  return <RunView runId={(await params).id} />;
}
