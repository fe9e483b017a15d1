import type { Metadata } from "next";
import { AccessView } from "./AccessView.tsx";

export const metadata: Metadata = { title: "Sessions and tokens" };

export default function AccessPage() {
  return <AccessView />;
}
