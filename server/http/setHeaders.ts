import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FramePolicy } from "../../contract/wire/framePolicy.ts";

/** Pages behind a secret address: no search engine keeps them. */
const linkedPages = /^\/(s|embed)\//;

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
  ].join("; ");
  request.headers["content-security-policy"] = policy;
  setFramePolicy(request, response, "nobody");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  // People reach this server by https: no browser shall ever try it without.
  if (secure) response.setHeader("strict-transport-security", "max-age=31536000");
  if (linkedPages.test(path)) response.setHeader("x-robots-tag", "noindex, nofollow, noarchive");
}

const ancestors = (frames: FramePolicy): string =>
  frames === "nobody" ? "'none'" : frames === "anywhere" ? "*" : frames.join(" ");

/**
 * Says in whose frames this answer may stand, in place of what was said before. X-Frame-Options knows no list of sites: it is there where
 * nobody may frame.
 * @param policy the rest of the content security policy, where it is not the usual one
 */
export function setFramePolicy(
  request: IncomingMessage,
  response: ServerResponse,
  frames: FramePolicy,
  policy = String(request.headers["content-security-policy"]).replace(/; frame-ancestors [^;]*$/, ""),
): void {
  const whole = `${policy}; frame-ancestors ${ancestors(frames)}`;
  request.headers["content-security-policy"] = whole;
  response.setHeader("content-security-policy", whole);
  if (frames === "nobody") response.setHeader("x-frame-options", "DENY");
  else response.removeHeader("x-frame-options");
}
