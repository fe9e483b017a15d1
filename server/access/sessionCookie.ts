import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What tells the cookies of one installation from those of others. */
export const cookieMark = (text: string): string =>
  createHash("sha256").update(`name of the cookie ${text}`).digest("hex").slice(0, 12);

/** The cookie of a signed-in browser, or of one that is on its way. Its name is the server's own: browsers send a cookie to every port of a host. */
export class SessionCookie {
  private readonly name: string;

  private readonly path: string;

  /**
   * @param mark of the installation, which outlives restarts and is the same at all servers of a database
   * @param purpose of a cookie beside that of the session
   */
  constructor(mark: string, purpose = "", path = "/") {
    this.name = `collapsar-${mark}${purpose && `-${purpose}`}`;
    this.path = path;
  }

  /** What the browser's cookie holds; null without one. */
  read(headers: IncomingHttpHeaders): string | null {
    const cookies = (headers.cookie ?? "").split(/;\s*/);
    const found = cookies.find((cookie) => cookie.startsWith(`${this.name}=`));
    return found?.slice(this.name.length + 1, this.name.length + 201) || null;
  }

  /** The header that sets it. */
  set(value: string, days: number, secure: boolean): string {
    return `${this.name}=${value}; Path=${this.path}; HttpOnly; SameSite=Lax; Max-Age=${Math.round(days * 86_400)}${secure ? "; Secure" : ""}`;
  }
}
