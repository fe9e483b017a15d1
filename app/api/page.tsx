import type { Metadata } from "next";
import { ApiView } from "./ApiView.tsx";

export const metadata: Metadata = { title: "API" };

export default function ApiPage() {
  return <ApiView />;
}
