import type { ServerResponse } from "node:http";

/**
 * Headers of every answer: nothing from elsewhere is loaded, no page is framed, no address leaves with a link.
 * Next writes inline scripts into its pages, which 'unsafe-inline' has to allow; its development server evaluates code as well.
 */
export function setHeaders(response: ServerResponse, path: string, dev: boolean): void {
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'unsafe-inline'${dev ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' ws: wss:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  response.setHeader("content-security-policy", policy.join("; "));
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("x-frame-options", "DENY");
  if (path.startsWith("/s/")) response.setHeader("x-robots-tag", "noindex, nofollow, noarchive");
}
