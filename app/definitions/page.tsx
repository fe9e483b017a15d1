import type { Metadata } from "next";
import { DefinitionsView } from "./DefinitionsView.tsx";

export const metadata: Metadata = { title: "Definitions" };

export default function DefinitionsPage() {
  return <DefinitionsView />;
}
