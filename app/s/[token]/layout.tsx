import type { Metadata } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { linkPreviewHeader, previewSize, readLinkPreview } from "../../../contract/wire/linkPreview.ts";
import { DataProvider } from "../../data/DataProvider.tsx";
import { SharedGate } from "./SharedGate.tsx";

/** What chats and feeds show of the link: the server says it, where the link opens a study. */
export async function generateMetadata(): Promise<Metadata> {
  const preview = readLinkPreview((await headers()).get(linkPreviewHeader));
  const hidden: Metadata = { robots: { index: false, follow: false, nocache: true }, referrer: "no-referrer" };
  if (preview === null) return { ...hidden, title: "Shared experiment" };
  const { title, description, url, image } = preview;
  const images = [{ url: image, type: "image/png", ...previewSize, alt: `The curve of the study “${title}”` }];
  return {
    ...hidden,
    title,
    description,
    openGraph: { type: "website", siteName: "Collapsar", title, description, url, images },
    twitter: { card: "summary_large_image", title, description, images },
  };
}

/** Everything below is read through the share token, never as the owner who may look at the own link. */
export default async function SharedLayout({ params, children }: { params: Promise<{ token: string }>; children: ReactNode }) {
  const { token } = await params;
  return (
    <DataProvider shareToken={decodeURIComponent(token)}>
      <SharedGate>{children}</SharedGate>
    </DataProvider>
  );
}
