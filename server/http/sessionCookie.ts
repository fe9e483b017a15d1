import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** The cookie of signed-in browsers. Its name is the server's own: browsers send a cookie to every port of a host. */
export class SessionCookie {
  private readonly name: string;

  /** @param secret of the server, which outlives its restarts */
  constructor(secret: string) {
    this.name = `collapsar-${createHash("sha256").update(`name of the cookie ${secret}`).digest("hex").slice(0, 12)}`;
  }

  /** What the browser's cookie holds; null without one. */
  read(headers: IncomingHttpHeaders): string | null {
    const cookies = (headers.cookie ?? "").split(/;\s*/);
    const found = cookies.find((cookie) => cookie.startsWith(`${this.name}=`));
    return found?.slice(this.name.length + 1, this.name.length + 201) || null;
  }

  /** The header that sets it. */
  set(value: string, days: number, secure: boolean): string {
    return `${this.name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${days * 86_400}${secure ? "; Secure" : ""}`;
  }
}
