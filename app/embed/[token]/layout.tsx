import type { Metadata } from "next";
import type { ReactNode } from "react";
import { DataProvider } from "../../data/DataProvider.tsx";
import { SharedGate } from "../../s/[token]/SharedGate.tsx";

export const metadata: Metadata = {
  title: "Chart",
  robots: { index: false, follow: false, nocache: true },
  referrer: "no-referrer",
};

/** Everything below is read through the share token. */
export default async function EmbedLayout({ params, children }: { params: Promise<{ token: string }>; children: ReactNode }) {
  const { token } = await params;
  return (
    <DataProvider shareToken={decodeURIComponent(token)}>
      <SharedGate>{children}</SharedGate>
    </DataProvider>
  );
}
