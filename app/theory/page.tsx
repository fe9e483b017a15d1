import type { Metadata } from "next";
import { TheoryView } from "./TheoryView.tsx";

export const metadata: Metadata = { title: "Theory" };

export default function TheoryPage() {
  return <TheoryView />;
}
