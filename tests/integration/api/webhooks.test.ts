import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { launch } from "../../support/builders/studies.ts";
import { askApi } from "../../support/client/api.ts";
import { addMember } from "../../support/client/members.ts";
import { TestServer } from "../../support/processes/server.ts";
import { Receiver } from "../notifications/receiver.ts";

let server: TestServer;
let receiver: Receiver;
let owner: Record<string, string>;
beforeAll(async () => {
  server = await TestServer.start({
    env: { COLLAPSAR_WEBHOOK_NETWORKS: "127.0.0.1", COLLAPSAR_ACCESS_KEY: "kX9v2QmT7rLp4ZsWc8YdHb3N" },
  });
  owner = { cookie: await server.signIn() };
  receiver = await Receiver.open();
});
afterAll(async () => {
  await receiver?.close();
  await server?.stop();
});

test("a program makes, tests, lists and removes a webhook of an experiment", async () => {
  const { id: experimentId } = await launch(server);
  const { token } = await server.call("account.createToken", { name: "edit", scope: "edit" });
  const made = await askApi<{ id: string; secret: string }>(server, "POST", "/webhooks", {
    token,
    body: { experimentId, url: receiver.url, bound: { key: "train/nc1.pinv", passes: "below", value: 0.01 } },
  });
  expect(made.status).toBe(201);
  const { id, secret } = made.body;
  expect(secret).toMatch(/^[\w-]{32}$/);
  expect((await askApi(server, "POST", `/webhooks/${id}/test`, { token })).body).toEqual({ problem: null });
  const [{ headers, text }] = receiver.received as [Receiver["received"][number]];
  const [, time, mark] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["collapsar-signature"] as string)!;
  expect(createHmac("sha256", secret).update(`${time}.${text}`).digest("hex")).toBe(mark);
  const list = await askApi<{ webhooks: object[] }>(server, "GET", `/webhooks?experimentId=${experimentId}`, { token });
  expect(list.body.webhooks).toMatchObject([
    { id, experimentId, url: receiver.url, onEnd: true, onFailure: true, waiting: 0, last: { sent: true, problem: null } },
  ]);
  expect(list.text).not.toContain(secret);
  expect((await askApi(server, "DELETE", `/webhooks/${id}`, { token })).body).toEqual({ ok: true });
  expect((await askApi(server, "DELETE", `/webhooks/${id}`, { token })).status).toBe(404);
  expect((await askApi<typeof list.body>(server, "GET", "/webhooks", { token })).body.webhooks).toEqual([]);
});

test("one of every experiment needs the scope manage, and nobody else's is seen, tested or removed", async () => {
  const { id: experimentId } = await launch(server);
  const { token } = await server.call("account.createToken", { name: "edit", scope: "edit" });
  const all = { experimentId: null, url: receiver.url };
  const refused = await askApi<ApiError>(server, "POST", "/webhooks", { token, body: all });
  expect([refused.status, refused.body.error.message]).toEqual([
    403,
    "A webhook for every experiment needs an owner of the server: choose one experiment.",
  ]);
  const editor = await addMember(server, "editor");
  const mine = await askApi(server, "POST", "/webhooks", { headers: owner, body: { ...all, experimentId } });
  expect(mine.status).toBe(201);
  const as = { headers: { cookie: editor.cookie } };
  expect((await askApi<{ webhooks: object[] }>(server, "GET", "/webhooks", as)).body.webhooks).toEqual([]);
  expect((await askApi(server, "POST", `/webhooks/${mine.body.id}/test`, as)).status).toBe(404);
  expect((await askApi(server, "DELETE", `/webhooks/${mine.body.id}`, as)).status).toBe(404);
});

test("says what is wrong with a webhook", async () => {
  const { id: experimentId } = await launch(server);
  const wrong = async (body: object) => {
    const { status, body: answer } = await askApi<ApiError>(server, "POST", "/webhooks", { headers: owner, body });
    return [status, answer.error.issues?.[0]?.message ?? answer.error.message];
  };
  const url = "https://hooks.example.org/";
  expect(await wrong({ experimentId, url: "ftp://x" })).toEqual([400, "give an address that begins with https:// or http://"]);
  expect(await wrong({ experimentId, url, onEnd: false, onFailure: false })).toEqual([400, "choose at least one occasion"]);
  expect(await wrong({ experimentId: "00000000-0000-4000-8000-000000000000", url })).toEqual([
    404,
    "There is no such experiment; it may have been deleted.",
  ]);
  expect(await wrong({ experimentId, url, bound: { key: "nc1", passes: "below", value: 1 } })).toEqual([
    400,
    'name the metric as "train/nc1.pinv" or "log/loss"',
  ]);
});
