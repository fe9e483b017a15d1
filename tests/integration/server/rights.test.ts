import { io } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Right, rightsOf, roles, type TokenScope } from "../../../contract/people.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { addMember } from "../../support/client/members.ts";
import { ask, needed, nowhere, openTo, procedures } from "../../support/client/procedureRights.ts";
import { TestServer } from "../../support/processes/server.ts";

const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
let server: TestServer;
let owner: Record<string, string>;
beforeAll(async () => {
  server = await TestServer.start({ env: { COLLAPSAR_ACCESS_KEY: key } });
  owner = { cookie: await server.signIn() };
});
afterAll(() => server?.stop());

const makeToken = async (scope: TokenScope, more = {}) => {
  const { id, token } = await server.call("account.createToken", { name: scope, scope, ...more });
  return { id, token, headers: { authorization: `Bearer ${token}` } };
};

/** Procedures that answer whoever comes with these headers, be it only that there is no such thing. */
async function answered(headers: Record<string, string>): Promise<string[]> {
  const names: string[] = [];
  for (const procedure of procedures) {
    const { status, text } = await ask(server.url, procedure, headers);
    if (status !== 401 && status !== 403) names.push(procedure.name);
    else expect(text).toContain('"NOT_ALLOWED"');
  }
  return names.sort();
}
const within = (rights: readonly Right[]) => openTo(needed, rights);

test("states the right that each procedure needs", () => {
  expect(Object.keys(needed).sort()).toEqual(procedures.map(({ name }) => name).sort());
});

test("lets each kind of caller do what its rights say, and nothing else", async () => {
  expect(await answered({})).toEqual(within([]));
  expect(await answered({ authorization: "Bearer forged" })).toEqual(within([]));
  expect(await answered(owner)).toEqual(within(["read", "self", "launch", "edit", "manage"]));
  for (const role of roles) {
    const { cookie } = await addMember(server, role);
    expect(await answered({ cookie }), role).toEqual(within(rightsOf(role, null)));
  }
  for (const scope of ["read", "launch", "log"] as const) {
    const { headers } = await makeToken(scope);
    expect(await answered(headers), scope).toEqual(within(rightsOf("owner", scope)));
    // A token lowers whoever carries it.
    expect(await answered({ ...owner, ...headers }), `${scope} with the owner's cookie`).toEqual(
      within(rightsOf("owner", scope)),
    );
  }
});

test("says who may do what is refused", async () => {
  const { headers } = await makeToken("read");
  const refused = await ask(server.url, { name: "experiments.cancel", isQuery: false }, headers);
  expect(refused.status).toBe(403);
  expect(refused.text).toContain("This needs an editor, but this is an API token of scope “read”, made by an owner.");
});

test("opens exports and live pages to tokens that read", async () => {
  const { id } = await launch(server, grid());
  const exported = async (headers: Record<string, string>) =>
    (await fetch(`${server.url}/export/experiments/${id}.csv`, { headers })).status;
  const watching = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = io(`${server.url}/watch`, {
        extraHeaders: headers,
        transports: ["websocket"],
        forceNew: true,
        reconnection: false,
      });
      const done = (result: string) => {
        socket.disconnect();
        resolve(result);
      };
      socket.once("connect", () => done("connected"));
      socket.once("connect_error", (error: Error & { data?: { code?: string } }) => done(error.data?.code ?? "refused"));
    });
  expect(await exported({})).toBe(404);
  for (const [scope, status, watched] of [
    ["read", 200, "connected"],
    ["launch", 200, "connected"],
    ["log", 404, "NOT_ALLOWED"],
  ] as const) {
    const { headers } = await makeToken(scope);
    expect(await exported(headers), scope).toBe(status);
    expect(await watching(headers), scope).toBe(watched);
  }
});

test("does not take a program's token for a worker's", async () => {
  const { token, headers } = await makeToken("log");
  const options = { extraHeaders: headers, transports: ["websocket"], forceNew: true, reconnection: false };
  const socket = io(`${server.url}/worker`, { ...options, auth: { token } });
  const refused = new Promise<{ data?: { code?: string } }>((resolve) => socket.once("connect_error", resolve));
  expect((await refused).data?.code).toBe("NOT_ALLOWED");
  const upload = await fetch(`${server.url}/artefacts/${nowhere}/1/features.safetensors`, {
    method: "PUT",
    body: "x",
    headers: { authorization: `Bearer ${token}` },
  });
  expect(upload.status).toBe(401);
});

test("ends a token at its time or when it is revoked, with the sockets that came by it, and keeps its hash alone", async () => {
  const kept = await makeToken("read");
  const expired = await makeToken("read", { expiresInDays: 1e-9 });
  const list = { name: "experiments.list", isQuery: true };
  expect((await ask(server.url, list, kept.headers)).status).toBe(200);
  expect((await ask(server.url, list, expired.headers)).status).toBe(401);
  const socket = io(`${server.url}/watch`, {
    extraHeaders: kept.headers,
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
  });
  await new Promise((resolve) => socket.once("connect", () => resolve(null)));
  const cut = new Promise((resolve) => socket.once("disconnect", resolve));
  await server.call("account.revokeToken", { id: kept.id });
  expect(await cut).toBe("io server disconnect");
  const forged = await ask(server.url, list, { authorization: "Bearer forged" });
  for (const headers of [kept.headers, expired.headers]) expect(await ask(server.url, list, headers)).toEqual(forged);
  const views = await server.call("account.tokens");
  expect(JSON.stringify(views)).not.toContain(kept.token);
  expect(views.find(({ id }) => id === kept.id)).toMatchObject({ maker: "owner", own: true, lastUsedAt: expect.any(String) });
  expect(Buffer.from(kept.token, "base64url")).toHaveLength(24);
});

test("keeps who launched a study", async () => {
  const { id } = await launch(server, grid(), { name: "by the owner" });
  expect(await server.call("experiments.get", { id })).toMatchObject({ launchedBy: "owner" });
  const share = await server.call("shares.create", { experimentId: id });
  expect(await server.call("experiments.get", { id }, { share: share.token })).toMatchObject({ launchedBy: null });
  const exported = (ending: string, link = "") =>
    fetch(`${server.url}/export/experiments/${id}.${ending}${link}`, { headers: owner }).then((answer) => answer.text());
  expect(JSON.parse(await exported("json"))).toMatchObject({ experiment: { launchedBy: "owner" } });
  expect(await exported("csv")).toContain("# launched by: owner");
  for (const ending of ["json", "csv"]) expect(await exported(ending, `?share=${share.token}`)).not.toMatch(/launched ?by/i);
});
