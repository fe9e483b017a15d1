import type { Metadata } from "next";
import { ImportView } from "./ImportView.tsx";

export const metadata: Metadata = { title: "Import" };

export default function ImportPage() {
  return <ImportView />;
}
