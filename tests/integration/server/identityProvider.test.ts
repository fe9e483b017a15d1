import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { password, post } from "../../support/client/members.ts";
import { ask } from "../../support/client/procedureRights.ts";
import { CookieJar, OidcProvider } from "../../support/processes/oidcProvider.ts";
import { freePort } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
let provider: OidcProvider;
let server: TestServer;
beforeAll(async () => {
  const port = await freePort();
  provider = await OidcProvider.start([`http://127.0.0.1:${port}/auth/callback/oidc`]);
  server = await TestServer.start({ port, env: { COLLAPSAR_ACCESS_KEY: key, ...provider.env } });
  await server.signIn();
});
afterAll(async () => {
  await server?.stop();
  await provider?.stop();
});

const members = async () => (await server.call("people.list")).members;
const me = async (browser: CookieJar) => {
  const { status, text } = await ask(server.url, { name: "account.me", isQuery: true }, { cookie: browser.header(server.url) });
  return status === 200 ? (JSON.parse(text) as { result: { data: { name: string; role: string } } }).result.data : status;
};
const signIn = async (who: string, browser = new CookieJar(), to = "/workers") => {
  const page = await browser.signInAs(who, await browser.open(`${server.url}/enter/provider?to=${to}`));
  return { browser, page };
};

describe("An identity provider", () => {
  test("is offered, and lets nobody in who was not invited", async () => {
    expect(await (await fetch(`${server.url}/enter`)).text()).toContain("Sign in with your organization");
    const { browser, page } = await signIn("mallory");
    expect(page.status).toBe(401);
    expect(page.text).toContain("ask its owner for an invitation");
    expect(await me(browser)).toBe(401);
    expect(await members()).toEqual([]);
  });

  test("makes a member of who comes with an invitation, once, and lets them in again without", async () => {
    const { url } = await server.call("people.invite", { role: "editor" });
    const browser = new CookieJar();
    await browser.signInAs("grace", await browser.open(`${url}/provider`));
    expect(await me(browser)).toMatchObject({ name: "grace of the lab", role: "editor" });
    expect(await members()).toMatchObject([{ email: "grace@example.org", role: "editor", by: "provider" }]);
    expect((await fetch(`${url}/provider`)).status).toBe(404);
    const second = await signIn("grace");
    expect(await me(second.browser)).toMatchObject({ name: "grace of the lab" });
    expect(second.page.url).toBe(`${server.url}/workers`);
    expect(await members()).toHaveLength(1);
  });

  test("gives nobody a member who signs in by password, though the addresses are alike", async () => {
    const { url } = await server.call("people.invite", { role: "owner" });
    expect(await post(url, { name: "Ada", email: "ada@example.org", password })).toMatchObject({ status: 303 });
    const { browser, page } = await signIn("ada");
    expect(page.status).toBe(401);
    expect(page.text).toContain("signs in by password");
    expect(await me(browser)).toBe(401);
    // Nor does an invitation: it is kept.
    const invitation = await server.call("people.invite", { role: "viewer" });
    await browser.signInAs("ada", await browser.open(`${invitation.url}/provider`));
    expect(await me(browser)).toBe(401);
    expect((await fetch(invitation.url)).status).toBe(200);
  });

  test("is asked by the browser that comes back alone, and for a page of this server", async () => {
    const started = new CookieJar();
    const login = await started.open(`${server.url}/enter/provider`);
    expect(new URL(login.url).origin).toBe(provider.issuer);
    for (const query of ["", "?code=x", "?code=x&state=y", "?error=access_denied&state=y", "?error=%3Cscript%3E"]) {
      const answer = await fetch(`${server.url}/auth/callback/oidc${query}`);
      expect(answer.status, query).toBe(401);
      const text = await answer.text();
      expect(text).not.toContain("<script>");
      expect(text).not.toMatch(/node_modules|\.ts:/);
    }
    const place = "/e/00000000-0000-4000-8000-000000000000?x=a,b~(1)&y=%2F";
    expect((await signIn("grace", new CookieJar(), encodeURIComponent(place))).page.url).toBe(server.url + place);
    const away = await signIn("grace", new CookieJar(), encodeURIComponent("//evil.example/x"));
    expect(new URL(away.page.url).origin).toBe(server.url);
    for (const path of ["/auth/sign-up/email", "/auth/get-session", "/auth/list-sessions", "/auth/update-user", "/auth/ok"]) {
      const answer = await fetch(`${server.url}${path}`);
      expect(answer.status, path).toBe(401);
      expect((await fetch(`${server.url}${path}`, { method: "POST" })).status, path).toBe(405);
    }
  });
});

test("is waited for where it does not answer, while members can sign in by other means", async () => {
  const [port, away] = [await freePort(), await freePort()];
  const env = { ...provider.env, COLLAPSAR_OIDC_ISSUER: `http://127.0.0.1:${away}`, COLLAPSAR_ACCESS_KEY: key };
  const other = await TestServer.start({ port, env });
  const without = await fetch(`${other.url}/enter/provider`, { redirect: "manual" });
  expect(without.status).toBe(502);
  expect(await without.text()).toContain("is not answering");
  expect(await post(`${other.url}/enter`, { key })).toMatchObject({ status: 303 });
  const back = await OidcProvider.start([`${other.url}/auth/callback/oidc`], away);
  expect((await fetch(`${other.url}/enter/provider`, { redirect: "manual" })).status).toBe(303);
  await back.stop();
  await other.stop();
});
