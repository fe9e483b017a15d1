import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { grid } from "../../support/builders/studies.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { TestServer } from "../../support/processes/server.ts";

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await TestServer.start({ singleUser: false });
  await server.signIn();
  ({ token } = await makeApiToken(server, "launch"));
});
afterAll(() => server?.stop());

const refused = async (method: string, path: string, options = {}) => {
  const { status, headers, body } = await askApi<ApiError>(server, method, path, options);
  expect(headers.get("cache-control")).toBe("no-store");
  return { status, headers, ...body.error };
};

test("launches an experiment for whoever has a token", async () => {
  const { status, body, headers } = await askApi(server, "POST", "/experiments", {
    token,
    body: { name: "by a program", config: grid() },
  });
  expect(status).toBe(201);
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect((await server.call("experiments.get", { id: body.id })).name).toBe("by a program");
});

test("says what is wrong with a request, and where", async () => {
  const nobody = await refused("POST", "/experiments", { body: {} });
  expect(nobody).toMatchObject({ status: 401, code: "NOT_ALLOWED" });
  expect(nobody.headers.get("www-authenticate")).toBe('Bearer realm="collapsar"');
  expect(await refused("POST", "/experiments", { token: "forged", body: {} })).toMatchObject({
    status: 401,
    message: "This token is unknown, has expired or has been revoked: create one under “Sessions and tokens” (/access).",
  });
  const wrong = await refused("POST", "/experiments", { token, body: { name: "x", config: { ...grid(), depths: [2, 999] } } });
  expect(wrong).toMatchObject({
    status: 400,
    code: "INVALID",
    issues: [{ path: ["config", "depths", 1], message: "a depth must be at most 64" }],
  });
  expect(await refused("GET", "/nowhere", { token })).toMatchObject({ status: 404, code: "NOT_FOUND" });
  const method = await refused("DELETE", "/experiments", { token });
  expect(method).toMatchObject({ status: 405, code: "METHOD_NOT_ALLOWED" });
  expect(method.headers.get("allow")).toContain("POST");
  expect(await refused("POST", "/experiments", { token, bytes: "{}", headers: { "content-type": "text/plain" } })).toMatchObject({
    status: 415,
    code: "UNSUPPORTED_TYPE",
    message: 'The content-type is "text/plain": this address takes application/json.',
  });
  const large = { name: "x", note: "n".repeat(1_000_001), config: grid() };
  expect(await refused("POST", "/experiments", { token, body: large })).toMatchObject({
    status: 413,
    code: "TOO_LARGE",
    message: "The body of this request may have at most 1,000,000 bytes.",
  });
});
