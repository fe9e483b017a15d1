import { z } from "zod";

/** Of the picture that goes with a link, px: what chats and feeds ask for. */
export const previewSize = { width: 1200, height: 630 } as const;

/** Tells the pages what the head of a shared page says; the server sets it, and drops what a client sends by that name. */
export const linkPreviewHeader = "x-collapsar-link-preview";

const linkPreview = z.strictObject({ title: z.string(), description: z.string(), url: z.url(), image: z.url() });
export type LinkPreview = z.infer<typeof linkPreview>;

/** A header has no letters beyond Latin-1. */
export const writeLinkPreview = (preview: LinkPreview): string => encodeURIComponent(JSON.stringify(preview));

/** @returns null where the server said nothing */
export function readLinkPreview(header: string | null): LinkPreview | null {
  if (header === null) return null;
  return linkPreview.parse(JSON.parse(decodeURIComponent(header)));
}
