import type { Metadata } from "next";
import { KubernetesView } from "./KubernetesView.tsx";

export const metadata: Metadata = { title: "Workers on Kubernetes" };

export default function KubernetesPage() {
  return <KubernetesView />;
}
