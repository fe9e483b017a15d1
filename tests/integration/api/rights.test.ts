import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { type Right, rightsOf, roles, tokenScopes } from "../../../contract/people.ts";
import { apiRoutes } from "../../../server/api/apiRoutes.ts";
import { isRaw, type Route } from "../../../server/api/defineRoute.ts";
import { launch } from "../../support/builders/studies.ts";
import { askApi } from "../../support/client/api.ts";
import { addMember } from "../../support/client/members.ts";
import { nowhere, openTo } from "../../support/client/procedureRights.ts";
import { TestServer } from "../../support/processes/server.ts";

/** What each route needs, written down by hand: a new route without a line here fails. */
const needed: Record<string, Right | "study" | "anyone"> = {
  "GET /openapi.json": "anyone",
  "GET /experiments": "read",
  "POST /experiments": "launch",
  "POST /experiments/estimate": "launch",
  "GET /experiments/{id}": "study",
  "PATCH /experiments/{id}": "edit",
  "DELETE /experiments/{id}": "edit",
  "POST /experiments/{id}/restore": "edit",
  "POST /experiments/{id}/cancel": "launch",
  "POST /experiments/{id}/pause": "launch",
  "POST /experiments/{id}/resume": "launch",
  "POST /experiments/{id}/depths": "launch",
  "POST /experiments/{id}/seeds": "launch",
  "POST /experiments/{id}/missing": "launch",
  "GET /experiments/{id}/turn": "read",
  "GET /experiments/{id}/runs": "study",
  "GET /experiments/{id}/series": "study",
  "GET /experiments/{id}/shares": "edit",
  "POST /experiments/{id}/shares": "edit",
  "PATCH /shares/{id}": "edit",
  "DELETE /shares/{id}": "edit",
  "GET /runs/{id}": "study",
  "DELETE /runs/{id}": "manage",
  "POST /runs/{id}/cancel": "launch",
  "POST /runs/{id}/pause": "launch",
  "POST /runs/{id}/resume": "launch",
  "POST /runs/{id}/again": "launch",
  "GET /runs/{id}/log": "study",
  "GET /runs/{id}/geometry": "study",
  "GET /runs/{id}/series": "study",
  "GET /experiments/{id}/archive": "study",
  "GET /experiments/{id}/report": "study",
  "POST /imports": "launch",
  "POST /imports/{id}": "launch",
  "POST /imports/{id}/plan": "launch",
  "DELETE /imports/{id}": "launch",
  "POST /archives": "launch",
  "POST /archives/inspect": "launch",
  "GET /webhooks": "edit",
  "POST /webhooks": "edit",
  "POST /webhooks/{id}/test": "edit",
  "DELETE /webhooks/{id}": "edit",
  "POST /external/runs": "log",
  "POST /external/runs/{id}/events": "log",
  "POST /external/runs/{id}/features": "log",
  "GET /workers": "read",
  "POST /workers/{id}/drain": "manage",
  "POST /workers/{id}/resume": "manage",
};

const nameOf = (route: Route) => `${route.method} ${route.path}`;
const key = "kX9v2QmT7rLp4ZsWc8YdHb3N";
let server: TestServer;
let owner: Record<string, string>;
beforeAll(async () => {
  server = await TestServer.start({ env: { COLLAPSAR_ACCESS_KEY: key } });
  owner = { cookie: await server.signIn() };
});
afterAll(() => server?.stop());

/** Asks a route about nothing that there is: whoever may ask learns that, or that the request is incomplete. */
const knock = (route: Route, headers: Record<string, string>, query = "") =>
  askApi<ApiError>(server, route.method, route.path.replace(/\{\w+\}/g, nowhere) + query, {
    headers: { ...headers, ...(isRaw(route.request) ? { "content-type": route.request.contentTypes[0] } : {}) },
    ...(route.request !== null && !isRaw(route.request) ? { body: { "": 1 } } : {}),
  });

/** Routes that answer whoever comes with these headers. */
async function answered(headers: Record<string, string>): Promise<string[]> {
  const names: string[] = [];
  for (const route of apiRoutes) {
    const { status, body } = await knock(route, headers);
    if (status !== 401 && status !== 403) names.push(nameOf(route));
    else expect(body.error.code).toBe("NOT_ALLOWED");
  }
  return names.sort();
}
const within = (rights: readonly Right[]) => openTo(needed, rights);

test("states the right that each route needs", () => {
  expect(Object.keys(needed).sort()).toEqual(apiRoutes.map(nameOf).sort());
  for (const route of apiRoutes) expect(route.right, nameOf(route)).toBe(needed[nameOf(route)]);
});

test("opens nothing but its document to strangers", async () => {
  expect(await answered({})).toEqual(["GET /openapi.json"]);
  expect(await answered({ authorization: "Bearer forged" })).toEqual(["GET /openapi.json"]);
  // What is no token does not fall back on the cookie beside it.
  expect(await answered({ ...owner, authorization: "Basic b3duZXI6" })).toEqual(["GET /openapi.json"]);
  expect(await answered({ ...owner, authorization: "Bearer" })).toEqual(["GET /openapi.json"]);
});

test("lets each role, and each scope of each role's tokens, do what its rights say and nothing else", async () => {
  expect(await answered(owner)).toEqual(within(["read", "self", "launch", "log", "edit", "manage"]));
  for (const role of roles) {
    const { cookie } = await addMember(server, role);
    expect(await answered({ cookie }), role).toEqual(within(rightsOf(role, null)));
    for (const scope of tokenScopes) {
      const made = await server.call("account.createToken", { name: scope, scope }, { headers: { cookie } }).catch(() => null);
      const lacks = rightsOf("owner", scope).some((right) => !rightsOf(role, null).includes(right));
      if (made === null) {
        // Whoever lacks a right makes no token that has it.
        expect(lacks || role === "viewer", `${role} ${scope}`).toBe(true);
        continue;
      }
      const headers = { authorization: `Bearer ${made.token}` };
      expect(await answered(headers), `${role} ${scope}`).toEqual(within(rightsOf(role, scope)));
      // A token lowers whoever carries it.
      expect(await answered({ ...owner, ...headers }), `${role} ${scope}, the owner's cookie`).toEqual(
        within(rightsOf(role, scope)),
      );
    }
  }
});

test("no token makes other ways in, whatever its scope", async () => {
  for (const scope of tokenScopes) {
    const { token } = await server.call("account.createToken", { name: scope, scope });
    const headers = { authorization: `Bearer ${token}` };
    const ways = [
      () => server.call("account.createToken", { name: "more", scope: "read" }, { headers }),
      () => server.call("people.invite", { role: "owner" }, { headers }),
      () => server.call("people.list", undefined, { headers }),
      () => server.call("workers.createToken", { name: "more" }, { headers }),
      () => server.call("workers.tokens", undefined, { headers }),
    ];
    for (const way of ways) await expect(way(), scope).rejects.toThrow(/needs/);
  }
});

test("a share link opens its own study, to be read", async () => {
  const mine = await launch(server);
  const other = await launch(server);
  const { token } = await server.call("shares.create", { experimentId: mine.id });
  const at = (id: string, runId: string, route: Route) =>
    `${route.path.replace("{id}", route.subject === "runs" ? runId : id)}?share=${token}`;
  for (const route of apiRoutes) {
    const own = await askApi<ApiError>(server, route.method, at(mine.id, mine.runs[0].id, route), { headers: owner });
    if (needed[nameOf(route)] === "study") {
      expect(own.status, nameOf(route)).toBe(200);
      // The link lowers the owner too, to its study.
      const foreign = await askApi<ApiError>(server, route.method, at(other.id, other.runs[0].id, route), { headers: owner });
      expect(foreign.status, nameOf(route)).toBe(404);
    } else if (route.right !== "anyone") expect(own, nameOf(route)).toMatchObject({ status: 403 });
  }
  const { id } = (await server.call("shares.list", { experimentId: mine.id }))[0];
  await server.call("shares.revoke", { id });
  expect((await askApi(server, "GET", `/experiments/${mine.id}?share=${token}`)).status).toBe(404);
  expect((await askApi(server, "GET", `/experiments/${mine.id}?share=${token}&share=${token}`)).status).toBe(400);
});

test("a token ends at once when it is revoked, and says when it was used last", async () => {
  const { id, token } = await server.call("account.createToken", { name: "short", scope: "read" });
  expect((await askApi(server, "GET", "/experiments", { token })).status).toBe(200);
  const row = (await server.call("account.tokens")).find((one) => one.id === id)!;
  expect(Date.now() - Date.parse(row.lastUsedAt!)).toBeLessThan(600_000);
  await server.call("account.revokeToken", { id });
  expect((await askApi(server, "GET", "/experiments", { token })).status).toBe(401);
});
