import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { SessionCookie } from "./sessionCookie.ts";

const days = 365;

/**
 * Remembers with a browser, by a cookie that lets nobody in, which member signed in there by password last: others who try that
 * member's password, from behind the same proxy too, do not use up this browser's tries.
 */
export class KnownBrowser {
  private readonly cookie: SessionCookie;
  private readonly secret: string;

  constructor(secret: string, cookie: SessionCookie) {
    this.secret = secret;
    this.cookie = cookie;
  }

  /** @param email in lower case */
  isOf(email: string, headers: IncomingHttpHeaders): boolean {
    const given = Buffer.from(this.cookie.read(headers) ?? "");
    const own = Buffer.from(this.markOf(email));
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** The header that sets it. */
  set(email: string, secure: boolean): string {
    return this.cookie.set(this.markOf(email), days, secure);
  }

  private markOf(email: string): string {
    return createHmac("sha256", this.secret).update(`browser known to ${email}`).digest("base64url");
  }
}
