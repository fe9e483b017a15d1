import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Headers of every answer: nothing from elsewhere is loaded, no page is framed, no address leaves with a link. Of inline scripts those
 * run that Next itself writes while it renders the page: it finds their nonce in the policy on the request.
 */
export function setHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  { path, dev, secure }: { path: string; dev: boolean; secure: boolean },
): void {
  // Next's development server writes and evaluates scripts as it goes.
  const scripts = dev ? "'unsafe-inline' 'unsafe-eval'" : `'nonce-${randomBytes(16).toString("base64")}'`;
  const policy = [
    "default-src 'self'",
    `script-src 'self' ${scripts}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  request.headers["content-security-policy"] = policy;
  response.setHeader("content-security-policy", policy);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("x-frame-options", "DENY");
  // People reach this server by https: no browser shall ever try it without.
  if (secure) response.setHeader("strict-transport-security", "max-age=31536000");
  if (path.startsWith("/s/")) response.setHeader("x-robots-tag", "noindex, nofollow, noarchive");
}
