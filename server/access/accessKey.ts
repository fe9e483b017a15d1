import { createHmac, timingSafeEqual } from "node:crypto";
import type { Executor } from "../../db/database.ts";
import { deleteEntryCodes, insertEntryCode, spendEntryCode } from "../../db/queries/signIn.ts";
import { digest, newSecret } from "./secrets.ts";
import type { SessionCookie } from "./sessionCookie.ts";
import { SignInLimit } from "./signInLimit.ts";

/** A link that nobody opens, in a log perhaps, does not stay valid for ever. */
const codeDays = 30;

/** The owner's own door: the access key, or a code that is valid once, opens a session. */
export class AccessKey {
  readonly cookie: SessionCookie;
  /** Says nothing of the key, and tells it from any other: sessions end with the key that opened them. */
  readonly mark: string;
  private readonly key: string;
  private readonly db: Executor;
  private readonly limit: SignInLimit;

  constructor(key: string, cookie: SessionCookie, db: Executor) {
    this.key = key;
    this.cookie = cookie;
    this.db = db;
    this.mark = markOf(key);
    this.limit = new SignInLimit(db, "access key");
  }

  /**
   * Makes a code that lets one browser in, once, at any server of the database that has this key.
   * @param place where it is printed: it replaces the code that was printed there before
   * @returns the query of its link
   */
  async printEntry(place: string): Promise<string> {
    const code = newSecret();
    await insertEntryCode(this.db, { hash: digest(code), place, keyMark: this.mark, days: codeDays });
    return `/enter?key=${code}`;
  }

  /** Ends the code that was printed there, if nobody has used it. */
  dropEntry(place: string): Promise<void> {
    return deleteEntryCodes(this.db, place);
  }

  /**
   * A right key is let in at once, however many wrong ones came before it.
   * @param address of whoever knocks: wrong keys are counted by address, over all servers
   * @returns "later" after ten wrong ones in a minute
   */
  async admits(given: string, address: string): Promise<boolean | "later"> {
    if (same(given, this.key) || (await spendEntryCode(this.db, digest(given), this.mark))) return true;
    return (await this.limit.take(address)) ? false : "later";
  }
}

/** What is stored of an access key, to tell it from others. */
export const markOf = (key: string): string => createHmac("sha256", key).update("mark of the key's sessions").digest("base64url");

/** Digests of equal length are compared: the time taken says nothing of how long the secret is. */
function same(a: string, b: string): boolean {
  const digestOf = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digestOf(a), digestOf(b));
}
