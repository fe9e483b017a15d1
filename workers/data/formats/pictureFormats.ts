/** Formats that are decoded, by their first bytes: what a file holds counts, not how it is called. */
type PictureFormat = "JPEG" | "PNG" | "WebP" | "GIF" | "TIFF" | "AVIF";

/** Endings of files that are taken for pictures. */
export const isPicture = (name: string): boolean => /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i.test(name);

/** What is decoded, for people. */
export const readableEndings = ".jpg, .jpeg, .png, .webp, .gif, .tif, .tiff or .avif";

/** @returns null if the bytes are none of the formats that are decoded */
export function pictureFormat(bytes: Uint8Array): PictureFormat | null {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  if (head.startsWith("\xff\xd8\xff")) return "JPEG";
  if (head.startsWith("\x89PNG")) return "PNG";
  if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) return "WebP";
  if (head.startsWith("GIF8")) return "GIF";
  if (["II*\0", "II+\0", "MM\0*", "MM\0+"].some((start) => head.startsWith(start))) return "TIFF";
  if (/^....ftyp(avif|avis)/s.test(head)) return "AVIF";
  return null;
}

/** What other bytes are, where that can be recognized. */
export function otherFormat(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 512)).toString("latin1");
  if (head.startsWith("BM")) return "a BMP picture";
  if (/^....ftyp(heic|heix|hevc|mif1|msf1)/s.test(head)) return "a HEIC picture";
  if (head.startsWith("\0\0\0\x0cjP  ") || head.startsWith("\xff\x4f\xff\x51")) return "a JPEG 2000 picture";
  if (head.startsWith("\xff\x0a") || head.startsWith("\0\0\0\x0cJXL ")) return "a JPEG XL picture";
  if (/<svg[\s>]/.test(head)) return "an SVG drawing";
  if (/^P[1-7]\s/.test(head)) return "a PNM picture";
  if (head.startsWith("8BPS")) return "a Photoshop file";
  if (head.startsWith("%PDF")) return "a PDF document";
  if (head.startsWith("\0\0\x01\0")) return "an icon (ICO)";
  if (/^\s*(<!doctype html|<html)/i.test(head)) return "a web page (a download that went wrong?)";
  return null;
}
