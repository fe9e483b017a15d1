import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
// @ts-expect-error it has no types of its own
import Provider from "oidc-provider";

const clientId = "collapsar";
const clientSecret = "a secret between the provider and this server";

/** A real OpenID Connect provider on loopback, where everyone signs in by typing who they are. */
export class OidcProvider {
  readonly issuer: string;
  private readonly http: Server;

  private constructor(http: Server, issuer: string) {
    this.http = http;
    this.issuer = issuer;
  }

  /** @param callbacks addresses that it sends browsers back to */
  static async start(callbacks: string[], port = 0): Promise<OidcProvider> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
    const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: callbacks }],
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, name: `${id} of the lab`, email: `${id}@example.org`, email_verified: true }),
      }),
    });
    http.on("request", provider.callback());
    return new OidcProvider(http, issuer);
  }

  /** What the server is told of it. */
  get env(): Record<string, string> {
    return {
      COLLAPSAR_OIDC_ISSUER: this.issuer,
      COLLAPSAR_OIDC_CLIENT_ID: clientId,
      COLLAPSAR_OIDC_CLIENT_SECRET: clientSecret,
    };
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.http.close(resolve).closeAllConnections());
  }
}

/** A browser without a window: it keeps cookies and follows where it is sent. */
export class CookieJar {
  private readonly cookies = new Map<string, string>();

  async open(url: string, form?: Record<string, string>): Promise<{ url: string; status: number; text: string }> {
    let at = new URL(url);
    let init: RequestInit = form ? { method: "POST", body: new URLSearchParams(form) } : {};
    for (;;) {
      const response = await fetch(at, { ...init, redirect: "manual", headers: { cookie: this.header(at) } });
      for (const cookie of response.headers.getSetCookie()) this.keep(at, cookie);
      const location = response.headers.get("location");
      if (location === null) return { url: at.href, status: response.status, text: await response.text() };
      at = new URL(location, at);
      init = {};
    }
  }

  /** Signs in at the provider as this person, from the page that it shows, and agrees to what it asks. */
  async signInAs(who: string, page: { url: string; text: string }): Promise<{ url: string; status: number; text: string }> {
    const action = (text: string) => /action="([^"]+)"/.exec(text)![1];
    const consent = await this.open(new URL(action(page.text), page.url).href, { prompt: "login", login: who, password: "any" });
    if (!consent.text.includes('value="consent"')) return consent;
    return this.open(new URL(action(consent.text), consent.url).href, { prompt: "consent" });
  }

  header(url: URL | string): string {
    const { host } = new URL(url);
    return [...this.cookies]
      .filter(([name]) => name.startsWith(`${host} `))
      .map(([name, value]) => `${name.split(" ")[1]}=${value}`)
      .join("; ");
  }

  private keep(at: URL, cookie: string): void {
    const [pair, ...attributes] = cookie.split(/;\s*/);
    const [name, ...value] = pair.split("=");
    if (attributes.some((one) => /^max-age=0$/i.test(one))) this.cookies.delete(`${at.host} ${name}`);
    else this.cookies.set(`${at.host} ${name}`, value.join("="));
  }
}
