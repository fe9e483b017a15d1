import { RunView } from "../../../../r/[id]/RunView.tsx";

export default async function SharedRunPage({ params }: { params: Promise<{ id: string }> }) {
  return <RunView runId={(await params).id} />;
}
