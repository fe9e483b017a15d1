import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { apiRoutes } from "../../../server/api/apiRoutes.ts";
import { isFile, type Route } from "../../../server/api/defineRoute.ts";
import { evaluated, finished, logged, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { nowhere } from "../../support/client/procedureRights.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";

let server: TestServer;
let cookie: string;
let token: string;
let study: Awaited<ReturnType<typeof launch>>;
beforeAll(async () => {
  server = await TestServer.start({ singleUser: false });
  cookie = await server.signIn();
  ({ token } = await makeApiToken(server, "manage"));
  study = await launch(server);
});
afterAll(() => server?.stop());

/** Sends bytes as they are. @returns what came back until the server hung up, or `until` was in it */
function speak(text: string | Buffer, until?: RegExp, port = server.port): Promise<string> {
  return new Promise((resolve, reject) => {
    const line = connect(port, "127.0.0.1", () => line.write(text));
    let heard = "";
    line.setEncoding("latin1").on("data", (part) => {
      heard += part;
      if (until?.test(heard)) line.destroy();
    });
    line.once("error", (error) => (heard === "" ? reject(error) : resolve(heard)));
    line.once("close", () => resolve(heard));
  });
}
const raw = (method: string, path: string, more = "", body = "") =>
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n${more}Connection: close\r\n\r\n${body}`;

const refused = async (method: string, path: string, options = {}) => {
  const answer = await askApi<ApiError>(server, method, path, { token, ...options });
  return [answer.status, answer.body?.error?.code];
};

describe("Addresses", () => {
  test.each([
    "/api/v1/experiments/../experiments",
    "/api/v1/%2e%2e/v1/experiments",
    "/api/v1//experiments",
    "/api/v1/experiments/",
    "/api/v1/experiments;x=1",
    "/api/v1/experiments%2f",
    "/api/v1/EXPERIMENTS",
    "/api/v1",
    "/api/v1/",
    "/api/v1/experiments%00",
    "/api/v1/constructor",
    "/api/v1/__proto__",
    `/api/v1/experiments/${nowhere}/../../workers`,
  ])("%s is none", async (path) => {
    const heard = await speak(raw("GET", path));
    expect(heard).toMatch(/^HTTP\/1\.1 404 /);
    expect(heard).toContain('{"error":{"code":"NOT_FOUND"');
  });

  test("are not reached around the check of their beginning", async () => {
    for (const path of ["//api/v1/experiments", "/x/../api/v1/experiments", "/%61pi/v1/experiments", "/api/v1%2fexperiments"]) {
      const heard = await speak(raw("GET", path));
      expect(heard, path).not.toContain('"experiments":[');
      expect(heard, path).toMatch(/^HTTP\/1\.1 (401|404|400) /);
    }
  });

  test("take ids of their own kind alone", async () => {
    const runId = study.runs[0].id;
    expect(await refused("GET", `/experiments/${runId}`)).toEqual([404, "NOT_FOUND"]);
    expect(await refused("GET", `/runs/${study.id}`)).toEqual([404, "NOT_FOUND"]);
    expect(await refused("POST", `/workers/${study.id}/drain`)).toEqual([404, "NOT_FOUND"]);
    expect(await refused("DELETE", `/shares/${study.id}`)).toEqual([404, "NOT_FOUND"]);
    const answer = await askApi<ApiError>(server, "GET", "/experiments/..%2f..%2fetc", { token });
    expect([answer.status, answer.body.error.issues]).toEqual([
      400,
      [{ path: ["path", "id"], message: "an id is a UUID, as lists give it" }],
    ]);
    for (const id of ["1", "'%20or%201=1", "__proto__", "%00", "x".repeat(5_000)])
      expect((await askApi(server, "GET", `/experiments/${id}`, { token })).status, id.slice(0, 20)).toBe(400);
  });

  test("with too long a query are refused before they are read", async () => {
    const heard = await speak(raw("GET", `/api/v1/experiments?search=${"x".repeat(100_000)}`));
    expect(heard).toMatch(/^HTTP\/1\.1 431 /);
    expect(await refused("GET", `/experiments?search=${"x".repeat(5_000)}`)).toEqual([400, "INVALID"]);
    const many = Array.from({ length: 500 }, (_, i) => `k${i}=1`).join("&");
    const answer = await askApi<ApiError>(server, "GET", `/experiments?${many}`, { token });
    expect([answer.status, answer.body.error.issues!.length]).toEqual([400, 50]);
  });

  test("give parameters once, of their kind", async () => {
    for (const query of [
      "limit=1&limit=2",
      "limit=0",
      "limit=1e3",
      "limit=0x10",
      "limit=NaN",
      "limit=",
      "archived=1",
      "sort=config",
      "sort[]=name",
      "__proto__=1",
      "constructor=1",
      "cursor=forged",
      `cursor=${Buffer.from('{"sort":"created","direction":"desc","value":"1; drop table runs","id":"x"}').toString("base64url")}`,
      `cursor=${Buffer.from(JSON.stringify({ sort: "name", direction: "desc", value: "a", id: nowhere })).toString("base64url")}`,
    ])
      expect(await refused("GET", `/experiments?${query}`), query).toEqual([400, "INVALID"]);
    const last = { sort: "created", direction: "desc", value: "9999999999999999", id: nowhere };
    const beyond = Buffer.from(JSON.stringify(last)).toString("base64url");
    expect((await askApi(server, "GET", `/experiments?cursor=${beyond}`, { token })).status).toBe(200);
  });
});

describe("Bodies", () => {
  const post = (bytes: string | Uint8Array<ArrayBuffer>, headers = {}) =>
    refused("POST", "/experiments", { bytes, headers: { "content-type": "application/json", ...headers } });

  test("are JSON in UTF-8, not too deep, and name no prototype", async () => {
    expect(await post("{")).toEqual([400, "INVALID"]);
    expect(await post(new Uint8Array([0x22, 0xff, 0x22]))).toEqual([400, "INVALID"]);
    expect(await post(`{"name":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)).toEqual([400, "INVALID"]);
    // Said before it is parsed, which would hold up all others for half a minute.
    const logging = await makeApiToken(server, "log");
    const large = await Promise.all(
      ["[".repeat(65), `[${"0,".repeat(1_000_000)}0]`, `"${'[,\\\\\\"'.repeat(70)}"`].map((bytes) =>
        askApi<{ error: { message: string } }>(server, "POST", `/external/runs/${nowhere}/events`, {
          ...{ token: logging.token, bytes, headers: { "content-type": "application/json" } },
        }),
      ),
    );
    expect(large.map(({ status, body }) => [status, body.error.message])).toEqual([
      [400, "The body is nested deeper than 64 levels."],
      [400, "The body has more than 1,000,000 values: send it in parts."],
      [400, "Invalid input: expected object, received string"],
    ]);
    const valid = JSON.stringify({ name: "x", config: grid() });
    for (const bad of [
      valid.replace("{", '{"__proto__":{"role":"owner"},'),
      valid.replace('"config":{', '"config":{"__proto__":{},'),
      valid.replace("{", '{"constructor":{"prototype":{}},'),
      "null",
      "[]",
      '"x"',
    ])
      expect(await post(bad), bad.slice(0, 40)).toEqual([400, "INVALID"]);
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  test("are of the stated type, in UTF-8, as they are", async () => {
    const valid = JSON.stringify({ name: "x", config: grid() });
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonx",
      "application/json; charset=utf-16",
    ])
      expect(await post(valid, { "content-type": type }), type).toEqual([415, "UNSUPPORTED_TYPE"]);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(10_000_000)));
    expect(await post(bomb, { "content-encoding": "gzip" })).toEqual([415, "UNSUPPORTED_TYPE"]);
    expect(await post(valid, { "content-encoding": "br" })).toEqual([415, "UNSUPPORTED_TYPE"]);
  });

  test("are cut off at their cap, by the header or while they come, and the answer is read", async () => {
    const head = "Content-Type: application/json\r\n";
    const claimed = await speak(raw("POST", "/api/v1/experiments", `${head}Content-Length: 1000001\r\n`));
    expect(claimed).toMatch(/^HTTP\/1\.1 413 /);
    expect(claimed).toContain("may have at most 1,000,000 bytes.");
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const endless = await speak(
      raw("POST", "/api/v1/experiments", `${head}Transfer-Encoding: chunked\r\n`, chunk.repeat(40)),
      /bytes\."/,
    );
    expect(endless).toMatch(/^HTTP\/1\.1 413 /);
    const zip = await speak(raw("POST", "/api/v1/archives", "Content-Type: application/zip\r\nContent-Length: 99000000000\r\n"));
    expect(zip).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("of strangers are not read at all", async () => {
    const head =
      "POST /api/v1/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    const heard = await speak(`${head}5\r\n{"nam\r\n`);
    expect(heard).toMatch(/^HTTP\/1\.1 401 /);
    expect(heard.toLowerCase()).toContain("connection: close");
  });

  test("are refused where there are none to be", async () => {
    const cancel = `/experiments/${study.id}/cancel`;
    expect(await refused("POST", cancel, { body: { force: true } })).toEqual([400, "INVALID"]);
    expect(await refused("POST", cancel, { bytes: "x", headers: { "content-type": "text/plain" } })).toEqual([
      415,
      "UNSUPPORTED_TYPE",
    ]);
    expect((await askApi(server, "POST", cancel, { token, body: {} })).status).toBe(200);
  });
});

describe("Another site's page", () => {
  test.each<Record<string, string>>([
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example.org" },
    { origin: "null" },
    { origin: "http://localhost:1" },
  ])("does nothing with the cookie: %o", async (headers) => {
    for (const [method, path] of [
      ["GET", "/experiments"],
      ["POST", `/experiments/${study.id}/cancel`],
      ["DELETE", `/experiments/${study.id}`],
      ["GET", "/openapi.json"],
    ]) {
      const { status, body } = await askApi<ApiError>(server, method, path, { headers: { cookie, ...headers } });
      expect([status, body.error.code], path).toEqual([403, "NOT_ALLOWED"]);
    }
  });

  test("gets no permission to read what is answered", async () => {
    const asked = { origin: "https://evil.example.org", "access-control-request-method": "DELETE" };
    const preflight = await askApi(server, "OPTIONS", `/experiments/${study.id}`, { headers: asked });
    expect(preflight.status).toBe(403);
    const own = await askApi(server, "OPTIONS", `/experiments/${study.id}`);
    expect([own.status, own.headers.get("allow")]).toEqual([204, "GET, PATCH, DELETE, HEAD, OPTIONS"]);
    expect([...own.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("its own does, by the cookie alone", async () => {
    const own = { cookie, "sec-fetch-site": "same-origin", origin: `http://127.0.0.1:${server.port}` };
    expect((await askApi(server, "GET", "/experiments", { headers: own })).status).toBe(200);
    expect((await askApi(server, "POST", `/experiments/${study.id}/cancel`, { headers: own })).status).toBe(200);
  });
});

test("a removed experiment is gone until it is restored", async () => {
  const { id, runs } = await launch(server);
  const { token: link } = await server.call("shares.create", { experimentId: id });
  const paths = [
    `/experiments/${id}`,
    `/experiments/${id}/runs`,
    `/experiments/${id}/series`,
    `/runs/${runs[0].id}`,
    `/runs/${runs[0].id}/series`,
  ];
  expect((await askApi(server, "DELETE", `/experiments/${id}`, { token })).status).toBe(200);
  for (const path of paths) {
    expect(await refused("GET", path), path).toEqual([404, "NOT_FOUND"]);
    expect((await askApi(server, "GET", `${path}?share=${link}`)).status, path).toBe(404);
  }
  expect(await refused("POST", `/experiments/${id}/seeds`, { body: { seeds: [5] } })).toEqual([404, "NOT_FOUND"]);
  expect(await refused("DELETE", `/experiments/${id}`)).toEqual([404, "NOT_FOUND"]);
  const removed = await askApi<{ experiments: { id: string }[] }>(server, "GET", "/experiments?removed=true", { token });
  expect(removed.body.experiments.map((one) => one.id)).toEqual([id]);
  expect((await askApi(server, "POST", `/experiments/${id}/restore`, { token })).status).toBe(200);
  for (const path of paths) expect((await askApi(server, "GET", path, { token })).status, path).toBe(200);
});

test("a link that hides names shows none, by any route that it opens", async () => {
  const { id, runs } = await launch(server);
  const worker = await RawWorker.connect(server, { name: "secret-lab-machine" });
  const lease = await worker.nextAssignment(runs[0].id);
  await worker.events(lease, numbered([started(), logged("at /home/secret-lab-machine"), measured(0)]));
  const links = [true, false].map((hideNames) => server.call("shares.create", { experimentId: id, hideNames }));
  const [hidden, open] = await Promise.all(links);
  const paths = apiRoutes
    .filter(({ right }) => right === "study")
    .map(({ path, subject }) => path.replace("{id}", subject === "runs" ? runs[0].id : id));
  const texts = async (link: string) =>
    Promise.all(paths.map(async (path) => (await askApi(server, "GET", `${path}?share=${link}`)).text));
  expect(paths.length).toBeGreaterThanOrEqual(8);
  expect((await texts(open.token)).join()).toContain("secret-lab-machine");
  expect((await texts(hidden.token)).join()).not.toContain("secret-lab-machine");
  worker.close();
});

test("answers what its document says, field by field", async () => {
  const { id, runs } = await launch(server, grid({ seeds: [0, 1] }));
  const worker = await RawWorker.connect(server);
  const lease = await worker.nextAssignment(runs[0].id);
  await worker.events(lease, numbered([started(), measured(0), snapshot(0), evaluated(), finished()]));
  await server.call("shares.create", { experimentId: id });
  const strictly = async (route: Route, path: string) => {
    const { status, body, text } = await askApi(server, route.method, path, { token });
    expect(status, `${route.id}: ${text}`).toBe(route.status);
    // Nothing is answered that the schema does not name.
    if (!isFile(route.response)) expect(route.response.parse(body), route.id).toEqual(body);
  };
  const reads = apiRoutes.filter(({ method }) => method === "GET");
  for (const route of reads) await strictly(route, route.path.replace("{id}", route.subject === "runs" ? runs[0].id : id));
  expect(reads.filter(({ response }) => !isFile(response)).length).toBeGreaterThanOrEqual(8);
  for (const name of ["cancelRun", "pauseRun", "resumeRun"])
    await strictly(apiRoutes.find((route) => route.id === name)!, `/runs/${runs[1].id}/${name.replace("Run", "")}`);
  worker.close();
});

test("requests of one token are bounded in a minute, each token has its own, and bodies that never end are given up", async () => {
  const bounded = await TestServer.start({
    singleUser: false,
    env: { COLLAPSAR_API_REQUESTS_PER_MINUTE: "5", COLLAPSAR_API_PATIENCE_S: "1" },
  });
  try {
    await bounded.signIn();
    const [one, two] = [await makeApiToken(bounded, "read"), await makeApiToken(bounded, "read")];
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await askApi(bounded, "GET", "/experiments", { token: one.token })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const told = await askApi<ApiError>(bounded, "GET", "/experiments", { token: one.token });
    expect(told.body.error.code).toBe("TOO_MANY_REQUESTS");
    expect(told.body.error.message).toMatch(
      /^More than 5 requests a minute came with this link, token or sign-in: try again in \d+ s\.$/,
    );
    expect(Number(told.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await askApi(bounded, "GET", "/experiments", { token: two.token })).status).toBe(200);
    // And a body that never ends is given up.
    const three = await makeApiToken(bounded, "launch");
    const head = (type: string) =>
      `Host: 127.0.0.1\r\nAuthorization: Bearer ${three.token}\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const slow = await speak(
      `POST /api/v1/experiments HTTP/1.1\r\n${head("application/json")}5\r\n{"nam\r\n`,
      undefined,
      bounded.port,
    );
    expect(slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(slow).toContain("The body of this request did not arrive within 1 seconds.");
    expect(
      await speak(`POST /api/v1/archives HTTP/1.1\r\n${head("application/zip")}5\r\nPK\x03\x04x\r\n`, undefined, bounded.port),
    ).toBe("");
  } finally {
    await bounded.stop();
  }
});

test("counts requests by route", async () => {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { cookie } })).text();
  expect(text).toContain(
    'collapsar_http_request_duration_seconds_count{route="/api/v1/experiments/{id}/cancel",method="POST",status="2xx"}',
  );
  expect(text).not.toContain(study.id);
});
