import { request } from "node:http";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finished, logged, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { ask, inputOf, needed, nowhere, procedures } from "../../support/client/procedureRights.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { TestServer } from "../../support/processes/server.ts";

/** What a reader with a share link may ask; `shared.open` answers anyone who has a valid token. */
const readable = procedures.map(({ name }) => name).filter((name) => needed[name] === "study");
const open = ["shared.open"];

/** fetch sets Host and Origin itself: this does not. */
function raw(
  url: string,
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<{ status: number; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const call = request(url + path, { method, headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode!, headers: response.headers });
    });
    call.once("error", reject);
    call.end(method === "POST" ? "{}" : undefined);
  });
}

const knock = (url: string, namespace: string, auth: object, extraHeaders: Record<string, string> = {}) =>
  new Promise<string>((resolve) => {
    const socket = io(url + namespace, { auth, extraHeaders, transports: ["websocket"], reconnection: false, forceNew: true });
    const done = (result: string) => {
      socket.disconnect();
      resolve(result);
    };
    socket.once("connect", () => done("connected"));
    socket.once("connect_error", (error: Error & { data?: { code?: string } }) => done(error.data?.code ?? "refused"));
  });

describe("With an access key", () => {
  const key = "a key of at least 22 characters";
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { COLLAPSAR_ACCESS_KEY: key } });
  });
  afterAll(() => server?.stop());

  test("refuses every procedure without the cookie, but those that prove themselves", async () => {
    expect(procedures.length).toBeGreaterThan(25);
    const answered: string[] = [];
    for (const procedure of procedures) {
      const { status, text } = await ask(server.url, procedure, {});
      if (status !== 401) answered.push(procedure.name);
      expect(text).not.toMatch(/select |stack|node_modules|\.ts:/i);
    }
    expect(answered).toEqual(open);
    expect((await raw(server.url, `/export/runs/${nowhere}.csv`, {})).status).toBe(404);
    expect((await raw(server.url, "/", {})).status).toBe(401);
    expect(await (await fetch(`${server.url}/e/x?y=1`)).text()).toContain('name="to" type="hidden" value="/e/x?y=1"');
    expect((await raw(server.url, "/healthz", {})).status).toBe(200);
    expect(await knock(server.url, "/watch", {})).toBe("refused");
    expect(await knock(server.url, "/worker", {})).toBe("refused");
  });

  const signIn = async (given: string) => {
    const response = await fetch(`${server.url}/enter`, {
      method: "POST",
      body: new URLSearchParams({ key: given }),
      redirect: "manual",
    });
    return { status: response.status, cookie: response.headers.get("set-cookie") ?? "" };
  };

  test("lets in by the printed link once, and by the key", async () => {
    const printed = /\/enter\?key=([\w-]+)/.exec(server.output)![1];
    expect((await signIn("wrong")).status).toBe(401);
    // Whatever looks at the link before its person does leaves it valid.
    for (const method of ["HEAD", "GET", "HEAD"])
      expect((await raw(server.url, `/enter?key=${printed}`, {}, method)).status).toBe(200);
    expect((await raw(server.url, "/enter", { origin: "https://evil.example" }, "POST")).status).toBe(403);
    expect((await raw(server.url, "/enter", { "sec-fetch-site": "cross-site" }, "POST")).status).toBe(403);
    const entered = await signIn(printed);
    expect(entered.status).toBe(303);
    expect(entered.cookie).toMatch(/HttpOnly; SameSite=Lax/);
    expect(entered.cookie).not.toContain(key);
    expect((await signIn(printed)).status).toBe(401);
    expect((await signIn(key)).status).toBe(303);
    const headers = { cookie: entered.cookie.split(";")[0] };
    expect((await ask(server.url, { name: "experiments.list", isQuery: true }, headers)).status).toBe(200);
    expect(await knock(server.url, "/watch", {}, headers)).toBe("connected");
    expect((await ask(server.url, { name: "experiments.list", isQuery: true }, { cookie: "collapsar=forged" })).status).toBe(401);
  });

  test("shows a key in its page as text", async () => {
    const page = await fetch(`${server.url}/enter?key=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(await page.text()).not.toContain("<script>");
    expect(page.headers.get("referrer-policy")).toBe("same-origin");
  });

  test("answers wrong keys with 429 after ten, and still lets the owner in", async () => {
    for (let i = 0; i < 10; i++) await signIn("wrong");
    expect((await signIn("wrong")).status).toBe(429);
    expect((await signIn(key)).status).toBe(303);
  });

  test("lets a proxy pass requests on", async () => {
    expect((await raw(server.url, "/healthz", { "x-forwarded-for": "203.0.113.9" })).status).toBe(200);
  });
});

test("refuses to start beyond loopback without an access key", async () => {
  await expect(TestServer.start({ env: { COLLAPSAR_HOST: "0.0.0.0" } })).rejects.toThrow(/COLLAPSAR_ACCESS_KEY/);
  await expect(TestServer.start({ env: { COLLAPSAR_ACCESS_KEY: "short" } })).rejects.toThrow(/at least 22/);
});

onBothDatabases("Access", (server) => {
  test("answers only its own pages and names", async () => {
    const { url, port } = server();
    const list = "/trpc/experiments.list?input=%7B%7D";
    const statusWith = async (headers: Record<string, string>) => (await raw(url, list, headers)).status;
    expect(await statusWith({})).toBe(200);
    expect(await statusWith({ origin: url })).toBe(200);
    expect(await statusWith({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
    expect(await statusWith({ host: "evil.example" })).toBe(403);
    expect(await statusWith({ host: `127.0.0.1.evil.example:${port}` })).toBe(403);
    expect(await statusWith({ origin: "https://evil.example" })).toBe(403);
    expect(await statusWith({ origin: "null" })).toBe(403);
    expect(await statusWith({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect((await raw(url, "/trpc/workers.createToken", { origin: "https://evil.example" }, "POST")).status).toBe(403);
    for (const namespace of ["/watch", "/worker"]) {
      expect(await knock(url, namespace, {}, { origin: "https://evil.example" })).toBe("refused");
      expect(await knock(url, namespace, {}, { host: "evil.example" })).toBe("refused");
    }
    const { headers } = await raw(url, "/s/anything", {});
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect(headers["x-robots-tag"]).toMatch(/noindex/);
    expect(headers["content-security-policy"]).toMatch(/default-src 'self'/);
  });

  test("opens one study by a share link, and nothing else", async () => {
    const { url } = server();
    const worker = await RawWorker.connect(server());
    const { id, runs } = await launch(server(), grid(), { name: "shared" });
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(
      lease,
      numbered([started(), measured(0, { "train/nc1.ratio@1": 1 }), logged("in /home/someone"), finished()]),
    );
    const other = await launch(server());
    const share = await server().call("shares.create", {
      experimentId: id,
      hideNames: false,
    });
    expect(share.url).toBe(`${url}/s/${share.token}`);
    expect(Buffer.from(share.token, "base64url").length).toBeGreaterThanOrEqual(16);
    expect(await server().call("shared.open", { token: share.token })).toEqual({ experimentId: id, frames: "nobody" });

    const headers = { "x-share-token": share.token };
    const answered: string[] = [];
    for (const procedure of procedures) {
      const own = { ...(inputOf(procedure.name) as object | undefined) } as Record<string, unknown>;
      if ("id" in own) own.id = procedure.name.startsWith("runs.") ? runs[0].id : id;
      if ("experimentId" in own) own.experimentId = id;
      const { status } = await ask(url, procedure, headers, Object.keys(own).length > 0 ? own : undefined);
      if (status === 200) answered.push(procedure.name);
    }
    expect(answered.sort()).toEqual([...readable].sort());
    expect(readable).toHaveLength(9);
    for (const name of readable) {
      const foreign = { ...(inputOf(name) as object), id: name.startsWith("runs.") ? other.runs[0].id : other.id };
      expect((await ask(url, { name, isQuery: true }, headers, foreign)).status).toBe(404);
    }
    expect((await raw(url, `/export/runs/${runs[0].id}.csv?share=${share.token}`, {})).status).toBe(200);
    expect((await raw(url, `/export/runs/${other.runs[0].id}.csv?share=${share.token}`, {})).status).toBe(404);
    expect((await raw(url, `/export/experiments/${other.id}.csv?share=${share.token}`, {})).status).toBe(404);
    const detail = await server().call("experiments.get", { id }, { share: share.token });
    expect(detail).toMatchObject({ readOnly: true, namesHidden: false });
    expect(detail.runs[0].workerName).toBe("raw worker");
    expect(await server().call("runs.log", { id: runs[0].id }, { share: share.token })).toHaveLength(1);

    const hiding = await server().call("shares.create", { experimentId: id, hideNames: true });
    const hidden = await server().call("experiments.get", { id }, { share: hiding.token });
    const hiddenRun = await server().call("runs.get", { id: runs[0].id }, { share: hiding.token });
    expect(hidden.namesHidden).toBe(true);
    expect(JSON.stringify([hidden, hiddenRun])).not.toMatch(/raw worker|someone/);
    expect(await server().call("runs.log", { id: runs[0].id }, { share: hiding.token })).toEqual([]);

    const rooms = (token: string) => watchAll(url, token, id, runs[0].id, other);
    expect(await rooms(share.token)).toEqual([true, true, false, false, false, false]);
    worker.close();
  });

  test("shows no difference between forged, expired, revoked and unknown links", async () => {
    const { id } = await launch(server());
    const make = (more = {}) => server().call("shares.create", { experimentId: id, hideNames: false, ...more });
    const [revoked, expired, ofDeleted] = [await make(), await make({ expiresInDays: 1e-9 }), await make()];
    const socket = io(`${server().url}/watch`, {
      auth: { share: revoked.token },
      transports: ["websocket"],
      reconnection: false,
    });
    await new Promise((resolve) => socket.once("connect", () => resolve(null)));
    const cut = new Promise((resolve) => socket.once("disconnect", resolve));
    await server().call("shares.revoke", { id: revoked.id });
    await cut;
    const gone = await launch(server());
    const deleted = await server().call("shares.create", { experimentId: gone.id });
    await server().call("experiments.remove", { id: gone.id });
    const tokens = [revoked.token, expired.token, deleted.token, "forged", `${ofDeleted.token.slice(0, -1)}_`, ""];
    const answers = await Promise.all(
      tokens.flatMap((token) => [
        ask(server().url, { name: "shared.open", isQuery: true }, {}, { token }),
        ask(server().url, { name: "experiments.get", isQuery: true }, { "x-share-token": token }, { id }),
      ]),
    );
    const shapes = new Set(answers.map(({ status, text }) => `${status} ${text.replace(/"path":"[^"]*"/, "")}`));
    expect([...shapes]).toHaveLength(1);
    expect([...shapes][0]).toMatch(/^404/);
    for (const token of tokens) expect(await knock(server().url, "/watch", { share: token })).toBe("NOT_FOUND");
    expect(await server().call("shared.open", { token: ofDeleted.token })).toEqual({ experimentId: id, frames: "nobody" });
    const views = await server().call("shares.list", { experimentId: id });
    expect(JSON.stringify(views)).not.toContain(ofDeleted.token);
  });

  test("refuses strange inputs without a word of its insides", async () => {
    const bodies = [
      '{"id":"x"}',
      '{"__proto__":{"polluted":1},"name":"a","config":{}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      "[]",
      "null",
      '"x"',
      "{",
      `{"name":"${"x".repeat(1_000)}"}`,
      '{"id":"\\u0000"}',
      `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
    ];
    for (const name of ["experiments.launch", "experiments.update", "runs.cancel", "shares.create"])
      for (const body of bodies) {
        const response = await fetch(`${server().url}/trpc/${name}`, {
          method: "POST",
          body,
          headers: { "content-type": "application/json" },
        });
        expect(response.status).toBe(400);
        expect(await response.text()).not.toMatch(/node_modules|\.ts|at Object|select /i);
      }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const large = await fetch(`${server().url}/trpc/experiments.launch`, { method: "POST", body: "x".repeat(1_100_000) }).catch(
      () => ({ status: 413 }),
    );
    expect(large.status).toBe(413);
    const { id } = await launch(server(), grid(), { name: "=cmd|' /C calc'!A0", tags: ["__proto__", "constructor"] });
    expect((await server().call("experiments.list", { tag: "__proto__" })).rows).toHaveLength(1);
    expect((await server().call("experiments.list", { search: "100%_\\" })).rows).toHaveLength(0);
    await expect(server().callAny("experiments.list", { sort: "name; drop table runs" })).rejects.toMatchObject({
      code: "INVALID",
    });
    const csv = await fetch(`${server().url}/export/experiments/${id}.csv`);
    expect(csv.headers.get("content-disposition")).not.toMatch(/[\r\n=|]cmd/);
    for (const path of ["/export/runs/..%2f..%2fetc.csv", "/export/experiments/x.csv", "/export/", "//evil", "/%00", "/\\..\\.."])
      expect((await raw(server().url, path, {})).status).toBe(404);
  });
});

/** Which rooms a share's socket may join: its own experiment and run, those of another study, the two lists. */
function watchAll(
  url: string,
  token: string,
  id: string,
  runId: string,
  other: { id: string; runs: { id: string }[] },
): Promise<boolean[]> {
  return new Promise((resolve, reject) => {
    const socket = io(`${url}/watch`, { auth: { share: token }, transports: ["websocket"], reconnection: false, forceNew: true });
    socket.once("connect_error", reject);
    socket.once("connect", async () => {
      const requests = [
        { room: "experiment", id },
        { room: "run", id: runId },
        { room: "experiment", id: other.id },
        { room: "run", id: other.runs[0].id },
        { room: "experiments" },
        { room: "workers" },
      ];
      const answers = await Promise.all(requests.map((message) => socket.emitWithAck("watch", message)));
      socket.disconnect();
      resolve(answers.map((answer) => answer.ok));
    });
  });
}
