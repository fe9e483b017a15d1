import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const cookieName = "collapsar";
const cookieDays = 90;

/**
 * The owner's proof beyond loopback: a cookie, given for the access key or for a code that is valid once.
 * The cookie is a keyed digest, so that it says nothing of the key, and a new key ends all cookies.
 */
export class AccessKey {
  private readonly key: string;
  private readonly cookieValue: string;
  private code: string | null = randomBytes(24).toString("base64url");
  private failures: number[] = [];

  constructor(key: string) {
    this.key = key;
    this.cookieValue = createHmac("sha256", key).update("owner's cookie, version 1").digest("base64url");
  }

  /** The one-time link's query, printed at start. */
  get entry(): string {
    return `/enter?key=${this.code ?? ""}`;
  }

  /** @returns the cookie to set, null if the key is wrong, "later" after ten wrong ones in a minute */
  enter(given: string, secure: boolean): string | null | "later" {
    const now = performance.now();
    this.failures = this.failures.filter((at) => now - at < 60_000);
    if (this.failures.length >= 10) return "later";
    const byCode = this.code !== null && same(given, this.code);
    if (!byCode && !same(given, this.key)) {
      this.failures.push(now);
      return null;
    }
    if (byCode) this.code = null;
    const age = cookieDays * 86_400;
    return `${cookieName}=${this.cookieValue}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure ? "; Secure" : ""}`;
  }

  admits(headers: IncomingHttpHeaders): boolean {
    const cookies = (headers.cookie ?? "").split(/;\s*/);
    return cookies.some(
      (cookie) => cookie.startsWith(`${cookieName}=`) && same(cookie.slice(cookieName.length + 1), this.cookieValue),
    );
  }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
