import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { SessionCookie } from "./sessionCookie.ts";
import { SignInLimit } from "./signInLimit.ts";

/** The owner's own door: the access key, or a code that is valid once, opens a session. */
export class AccessKey {
  readonly cookie: SessionCookie;
  /** Says nothing of the key, and tells it from any other: sessions end with the key that opened them. */
  readonly mark: string;
  private readonly key: string;
  private code: string | null = randomBytes(24).toString("base64url");
  private readonly limit = new SignInLimit();

  constructor(key: string, cookie: SessionCookie) {
    this.key = key;
    this.cookie = cookie;
    this.mark = createHmac("sha256", key).update("mark of the key's sessions").digest("base64url");
  }

  /** The one-time link's query, printed at start. */
  get entry(): string {
    return `/enter?key=${this.code ?? ""}`;
  }

  /**
   * A right key is let in at once, however many wrong ones came before it.
   * @param address of whoever knocks: wrong keys are counted by address
   * @returns "later" after ten wrong ones in a minute
   */
  admits(given: string, address: string): boolean | "later" {
    const byCode = this.code !== null && same(given, this.code);
    if (!byCode && !same(given, this.key)) return this.limit.miss(address) ? false : "later";
    if (byCode) this.code = null;
    return true;
  }
}

/** Digests of equal length are compared: the time taken says nothing of how long the secret is. */
function same(a: string, b: string): boolean {
  const digestOf = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digestOf(a), digestOf(b));
}
