import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { grid } from "../../support/builders/studies.ts";
import { addMember, password, post } from "../../support/client/members.ts";
import { ask, nowhere } from "../../support/client/procedureRights.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { TestServer } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const people = (server: TestServer) => server.call("people.list");
const invite = (server: TestServer, more = {}) => server.call("people.invite", { role: "editor", ...more });
const isIn = async (server: TestServer, cookie: string) =>
  (await ask(server.url, { name: "experiments.list", isQuery: true }, { cookie })).status === 200;
/** A live page of this browser, and its end. */
async function watch(server: TestServer, headers: Record<string, string>): Promise<{ cut: Promise<string> }> {
  const socket = io(`${server.url}/watch`, {
    extraHeaders: headers,
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(null));
    socket.once("connect_error", reject);
  });
  return { cut: new Promise((resolve) => socket.once("disconnect", resolve)) };
}

onBothDatabases(
  "People",
  (server) => {
    const signIn = (form: Record<string, string>) => post(`${server().url}/enter`, form);

    test("join by an invitation once, and sign in by their password", async () => {
      await server().signIn();
      const { url } = await invite(server(), { note: "Ada" });
      expect(Buffer.from(url.split("/join/")[1], "base64url")).toHaveLength(24);
      // Whatever looks at the link before its person does leaves it valid.
      for (let i = 0; i < 2; i++) expect(await (await fetch(url)).text()).toContain("You are invited");
      const ada = { name: "Ada", email: "Ada@Example.org", password };
      expect(await post(url, { ...ada, password: "short" })).toMatchObject({ status: 400, cookie: "" });
      expect(await post(url, { ...ada, email: "nobody" })).toMatchObject({ status: 400 });
      expect(await post(url, { ...ada, name: "\u200b" })).toMatchObject({ status: 400 });
      expect(await post(url, ada, { origin: "https://evil.example" })).toMatchObject({ status: 403 });
      const joined = await post(url, ada);
      expect(joined.status).toBe(303);
      expect(await isIn(server(), joined.cookie)).toBe(true);
      expect(await post(url, { ...ada, email: "eve@example.org" })).toMatchObject({ status: 404, cookie: "" });
      expect((await fetch(url)).status).toBe(404);

      expect(await signIn({ email: "ada@example.org", password: "not the right one" })).toMatchObject({
        status: 401,
        cookie: "",
      });
      expect(await signIn({ email: "nobody@example.org", password })).toMatchObject({ status: 401, cookie: "" });
      // Strangers leave little in memory, however slowly they send.
      for (const path of ["/enter", new URL((await invite(server())).url).pathname, "/trpc/experiments.update"]) {
        const long = await fetch(`${server().url}${path}`, { method: "POST", body: "x".repeat(20_001) });
        expect({ path, status: long.status, text: await long.text() }).toEqual({
          path,
          status: 413,
          text: "A request may have at most 20,000 bytes.",
        });
      }
      const again = await signIn({ email: "ADA@example.org", password, to: "/workers" });
      expect(again.status).toBe(303);
      expect(await isIn(server(), again.cookie)).toBe(true);
      const sessions = await server().call("account.sessions", undefined, { headers: { cookie: again.cookie } });
      expect(sessions).toHaveLength(2);
      const { members, invitations } = await people(server());
      expect(members[0]).toMatchObject({ name: "Ada", email: "ada@example.org", role: "editor", by: "password" });
      expect(invitations.find(({ note }) => note === "Ada")).toMatchObject({ usedAt: expect.any(String) });
      expect(JSON.stringify({ members, invitations })).not.toContain(url.split("/join/")[1]);
    });

    test("let in one of two that come by one invitation at once, and none by one that is revoked or expired", async () => {
      const { url } = await invite(server());
      const both = await Promise.all(["x", "y"].map((name) => post(url, { name, email: `${name}@example.org`, password })));
      expect(both.map(({ status }) => status).sort()).toEqual([303, 404]);
      const revoked = await invite(server());
      await server().call("people.revokeInvitation", { id: revoked.id });
      const expired = await invite(server(), { expiresInDays: 1e-9 });
      const forged = `${server().url}/join/forged`;
      const pages = await Promise.all([revoked.url, expired.url, forged].map((link) => fetch(link).then((page) => page.text())));
      expect(new Set(pages)).toHaveLength(1);
      for (const link of [revoked.url, expired.url, forged])
        expect(await post(link, { name: "z", email: "z@example.org", password })).toMatchObject({ status: 404, cookie: "" });
    });

    test("take the invitations that they made with them when they are removed or own no longer", async () => {
      const [lowered, removed] = [await addMember(server(), "owner"), await addMember(server(), "owner")];
      const by = async ({ cookie }: { cookie: string }) =>
        server().call("people.invite", { role: "owner" }, { headers: { cookie } });
      const [ofLowered, ofRemoved, own] = [await by(lowered), await by(removed), await invite(server())];
      await server().call("people.setRole", { id: lowered.id, role: "owner" });
      expect(await (await fetch(ofLowered.url)).text()).toContain("You are invited");
      await server().call("people.setRole", { id: lowered.id, role: "editor" });
      await server().call("people.remove", { id: removed.id });
      for (const { url } of [ofLowered, ofRemoved])
        expect(await post(url, { name: "back", email: "back@example.org", password })).toMatchObject({ status: 404, cookie: "" });
      expect((await post(own.url, { name: "new", email: "new-one@example.org", password })).status).toBe(303);
    });

    test("are one of two who join with one address at once; the other is told why, and keeps their invitation", async () => {
      const links = [await invite(server()), await invite(server())].map(({ url }) => url);
      const twin = { name: "Twin", email: "twin@example.org", password };
      const before = server().output.length;
      const both = await Promise.all(links.map((url) => post(url, twin)));
      expect(both.map(({ status }) => status).sort()).toEqual([303, 409]);
      const other = both.findIndex(({ status }) => status === 409);
      expect(both[other].text).toContain("There is already a member with this e-mail address.");
      expect((await post(links[other], { ...twin, email: "twin-2@example.org" })).status).toBe(303);
      // What a statement was given is nobody's business who reads the log.
      expect(server().output.slice(before)).not.toMatch(/twin@example\.org.*|params:/);
    });

    test("keep an invitation whose address is another member's", async () => {
      const { email } = await addMember(server(), "viewer");
      const { url } = await invite(server());
      expect(await post(url, { name: "twice", email, password })).toMatchObject({ status: 409, cookie: "" });
      expect(await post(url, { name: "twice", email: "twice@example.org", password })).toMatchObject({ status: 303 });
    });

    test("lose open pages and rights at once when their role is lowered, and everything when they are removed", async () => {
      const member = await addMember(server(), "editor");
      const headers = { cookie: member.cookie };
      const token = await server().call("account.createToken", { name: "mine", scope: "launch" }, { headers });
      const program = { authorization: `Bearer ${token.token}` };
      const launchAs = (by: Record<string, string>) =>
        ask(server().url, { name: "experiments.launch", isQuery: false }, by, { name: "theirs", config: grid() });
      const launched = await launchAs(headers);
      expect(launched.status).toBe(200);
      const { id } = (JSON.parse(launched.text) as { result: { data: { id: string } } }).result.data;
      const pages = [await watch(server(), headers), await watch(server(), program)];
      await server().call("people.setRole", { id: member.id, role: "viewer" });
      for (const { cut } of pages) expect(await cut).toBe("io server disconnect");
      expect((await launchAs(headers)).status).toBe(403);
      expect((await launchAs(program)).status).toBe(403);
      expect(await isIn(server(), member.cookie)).toBe(true);
      await expect(server().call("account.createToken", { name: "more", scope: "launch" }, { headers })).rejects.toMatchObject({
        code: "NOT_ALLOWED",
      });

      const page = await watch(server(), headers);
      await server().call("people.remove", { id: member.id });
      expect(await page.cut).toBe("io server disconnect");
      expect(await isIn(server(), member.cookie)).toBe(false);
      expect((await launchAs(program)).status).toBe(401);
      expect(await signIn({ email: member.email, password })).toMatchObject({ status: 401 });
      expect(await server().call("experiments.get", { id })).toMatchObject({ launchedBy: member.name });
    });

    test("see and end their own sessions and tokens alone", async () => {
      const [one, other] = [await addMember(server(), "viewer"), await addMember(server(), "viewer")];
      const as = ({ cookie }: { cookie: string }) => ({ headers: { cookie } });
      const [theirs] = await server().call("account.sessions", undefined, as(other));
      await expect(server().call("account.endSessions", { which: "one", id: theirs.id }, as(one))).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
      await server().call("account.endSessions", { which: "all" }, as(one));
      expect(await isIn(server(), other.cookie)).toBe(true);
      const token = await server().call("account.createToken", { name: "t", scope: "read" }, as(other));
      const again = { cookie: (await signIn({ email: one.email, password })).cookie };
      expect(await server().call("account.tokens", undefined, as(again))).toEqual([]);
      await expect(server().call("account.revokeToken", { id: token.id }, as(again))).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
      // The owner manages those of others.
      await server().call("account.revokeToken", { id: token.id });
    });

    test("choose a new password by a link that the owner makes, which ends their sessions", async () => {
      const member = await addMember(server(), "editor");
      const link = () => server().call("people.inviteToNewPassword", { id: member.id });
      const [older, { url }] = [await link(), await link()];
      const chosen = "another long password";
      expect(await post(url, { password: "short" })).toMatchObject({ status: 400 });
      const back = await post(url, { password: chosen });
      expect(back.status).toBe(303);
      expect(await isIn(server(), member.cookie)).toBe(false);
      expect(await isIn(server(), back.cookie)).toBe(true);
      for (const used of [url, older.url])
        expect(await post(used, { password: "yet another one" })).toMatchObject({ status: 404 });
      expect(await signIn({ email: member.email, password })).toMatchObject({ status: 401 });
      expect(await signIn({ email: member.email, password: chosen })).toMatchObject({ status: 303 });
      await expect(server().call("people.inviteToNewPassword", { id: nowhere })).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    test("are not guessed: after ten wrong passwords a member's door is shut for a minute, and nobody else's", async () => {
      const [one, other] = [await addMember(server(), "viewer"), await addMember(server(), "viewer")];
      for (let i = 0; i < 10; i++) expect((await signIn({ email: one.email, password: `wrong password ${i}` })).status).toBe(401);
      expect((await signIn({ email: one.email, password })).status).toBe(429);
      expect((await signIn({ email: other.email, password })).status).toBe(303);
      expect((await signIn({ key })).status).toBe(303);
    });

    test("are not locked out by those who try their passwords from behind the same proxy, where their browser is known", async () => {
      const ada = await addMember(server(), "viewer");
      const entered = await fetch(`${server().url}/enter`, {
        method: "POST",
        body: new URLSearchParams({ email: ada.email, password }),
        redirect: "manual",
      });
      const [set] = entered.headers.getSetCookie();
      expect(set).toMatch(/^collapsar-[0-9a-f]{12}-known=[\w-]{43}; Path=\/enter; HttpOnly; SameSite=Lax; Max-Age=31536000$/);
      const known = { cookie: set.split(";")[0] };
      // It lets nobody in.
      expect(await isIn(server(), known.cookie)).toBe(false);
      const tries = (form: Record<string, string>, headers = {}) => post(`${server().url}/enter`, form, headers);
      const wrong = { email: ada.email, password: "not the right one" };
      for (let i = 0; i < 10; i++) expect((await tries(wrong)).status).toBe(401);
      expect((await tries({ email: ada.email, password })).status).toBe(429);
      expect((await tries({ email: ada.email, password }, known)).status).toBe(303);
      // Many names at once by a stranger leave it room, and it knows one member alone.
      const strangers = Array.from({ length: 12 }, (_, i) => tries({ email: `nobody-${i}@example.org`, password }));
      expect((await tries({ email: ada.email, password }, known)).status).toBe(303);
      expect((await Promise.all(strangers)).map(({ status }) => status)).not.toContain(303);
      const bob = await addMember(server(), "viewer");
      for (let i = 0; i < 10; i++) await tries({ ...wrong, email: bob.email });
      expect((await tries({ email: bob.email, password }, known)).status).toBe(429);
      // Nor are there more tries by a stolen one.
      for (let i = 0; i < 10; i++) expect((await tries(wrong, known)).status).toBe(401);
      expect((await tries({ email: ada.email, password }, known)).status).toBe(429);
    });
  },
  { COLLAPSAR_ACCESS_KEY: key },
);

test("are not mentioned on a machine that one person has to themselves", async () => {
  const server = await TestServer.start();
  expect(await server.call("account.me")).toEqual({
    name: null,
    role: "owner",
    rights: ["read", "self", "launch", "log", "edit", "manage"],
    signIn: false,
    shared: false,
  });
  expect((await fetch(`${server.url}/join/x`, { redirect: "manual" })).headers.get("location")).toBe("/");
  await server.stop();
  const own = await TestServer.start({ singleUser: false });
  await own.signIn();
  expect(await own.call("account.me")).toMatchObject({ name: "owner", signIn: true, shared: false });
  expect(await (await fetch(`${own.url}/`)).text()).not.toContain("E-mail");
  expect((await fetch(`${own.url}/join/x`)).status).toBe(404);
  await own.stop();
});
