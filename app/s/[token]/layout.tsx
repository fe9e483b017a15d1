import type { Metadata } from "next";
import type { ReactNode } from "react";
import { DataProvider } from "../../data/DataProvider.tsx";
import { SharedGate } from "./SharedGate.tsx";

export const metadata: Metadata = {
  title: "Shared experiment",
  robots: { index: false, follow: false, nocache: true },
  referrer: "no-referrer",
};

/** Everything below is read through the share token, never as the owner who may look at the own link. */
export default async function SharedLayout({ params, children }: { params: Promise<{ token: string }>; children: ReactNode }) {
  const { token } = await params;
  return (
    <DataProvider shareToken={decodeURIComponent(token)}>
      <SharedGate>{children}</SharedGate>
    </DataProvider>
  );
}
