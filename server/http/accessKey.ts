import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { KnockLimit } from "./knockLimit.ts";

const cookieDays = 90;

/**
 * The owner's proof beyond loopback: a cookie, given for the access key or for a code that is valid once.
 * The cookie is a keyed digest, so that it says nothing of the key, and a new key ends all cookies. Its name is the server's own:
 * browsers send a cookie to every port of a host.
 */
export class AccessKey {
  private readonly key: string;
  private readonly cookieName: string;
  private readonly cookieValue: string;
  private code: string | null = randomBytes(24).toString("base64url");
  private readonly limit = new KnockLimit();

  constructor(key: string) {
    this.key = key;
    const derive = (purpose: string) => createHmac("sha256", key).update(purpose).digest("base64url");
    this.cookieName = `collapsar-${Buffer.from(derive("name of the cookie")).toString("hex").slice(0, 12)}`;
    this.cookieValue = derive("owner's cookie, version 1");
  }

  /** The one-time link's query, printed at start. */
  get entry(): string {
    return `/enter?key=${this.code ?? ""}`;
  }

  /**
   * A right key is let in at once, however many wrong ones came before it.
   * @param address of whoever knocks: wrong keys are counted by address
   * @returns the cookie to set, null if the key is wrong, "later" after ten wrong ones in a minute
   */
  enter(given: string, secure: boolean, address: string): string | null | "later" {
    const byCode = this.code !== null && same(given, this.code);
    if (!byCode && !same(given, this.key)) return this.limit.miss(address) ? null : "later";
    if (byCode) this.code = null;
    const age = cookieDays * 86_400;
    return `${this.cookieName}=${this.cookieValue}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure ? "; Secure" : ""}`;
  }

  admits(headers: IncomingHttpHeaders): boolean {
    const cookies = (headers.cookie ?? "").split(/;\s*/);
    return cookies.some(
      (cookie) => cookie.startsWith(`${this.cookieName}=`) && same(cookie.slice(this.cookieName.length + 1), this.cookieValue),
    );
  }
}

/** Digests of equal length are compared: the time taken says nothing of how long the secret is. */
function same(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHmac("sha256", "compare").update(text).digest());
  return timingSafeEqual(left, right);
}
