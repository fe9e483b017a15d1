import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { grid } from "../../support/builders/studies.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { addMember } from "../../support/client/members.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

const accessKey = "kX9v2QmT7rLp4ZsWc8YdHb3N";
const body = (name = "once") => ({ name, config: grid() });

describe("An idempotency key, at two servers of one database", () => {
  let postgres: TestPostgres;
  let one: TestServer;
  let two: TestServer;
  let db: pg.Client;
  let token: string;
  beforeAll(async () => {
    postgres = await startPostgres();
    const options = { databaseUrl: postgres.url, env: { COLLAPSAR_ACCESS_KEY: accessKey } };
    one = await TestServer.start(options);
    two = await TestServer.start(options);
    await one.signIn();
    ({ token } = await makeApiToken(one, "edit"));
    db = new pg.Client({ connectionString: postgres.url });
    await db.connect();
  });
  afterAll(async () => {
    await db?.end();
    await one?.stop();
    await two?.stop();
    await postgres?.stop();
  });

  const launchBy = (server: TestServer, key: string, sent: unknown = body(), by = token) =>
    askApi<{ id: string } & ApiError>(server, "POST", "/experiments", {
      token: by,
      body: sent,
      headers: { "idempotency-key": key },
    });
  const countOf = async (name: string) =>
    Number((await db.query("select count(*) from experiments where name = $1", [name])).rows[0].count);

  test("gives the first answer again, and launches once", async () => {
    const first = await launchBy(one, "a-1");
    expect(first.status).toBe(201);
    expect(first.headers.get("idempotent-replayed")).toBe(null);
    for (const server of [one, two]) {
      const again = await launchBy(server, "a-1");
      expect([again.status, again.body.id, again.headers.get("idempotent-replayed")]).toEqual([201, first.body.id, "true"]);
    }
    expect(await countOf("once")).toBe(1);
    expect((await launchBy(one, "a-2")).body.id).not.toBe(first.body.id);
    expect(await countOf("once")).toBe(2);
  });

  test("belongs to one request, and to one person", async () => {
    const first = await launchBy(one, "b", body("mine"));
    const other = await launchBy(two, "b", body("other"));
    expect([other.status, other.body.error.code, other.body.error.message]).toEqual([
      422,
      "INVALID",
      "This Idempotency-Key was used for another request: choose a new one for each request.",
    ]);
    const elsewhere = await askApi<ApiError>(one, "POST", `/experiments/${first.body.id}/cancel`, {
      token,
      headers: { "idempotency-key": "b" },
    });
    expect(elsewhere.status).toBe(422);
    const { cookie } = await addMember(one, "editor");
    const theirs = await one.call("account.createToken", { name: "t", scope: "launch" }, { headers: { cookie } });
    const made = await launchBy(one, "b", body("theirs"), theirs.token);
    expect(made.status).toBe(201);
    expect(made.body.id).not.toBe(first.body.id);
  });

  test("of many at once, at both servers, one launches and the others wait or hear of it", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => launchBy(i % 2 ? one : two, "c", body("many"))));
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body: { id } }) => id));
    expect(ids.size).toBe(1);
    for (const { status, headers, body: told } of answers)
      if (status !== 201) {
        expect(status).toBe(409);
        expect(headers.get("retry-after")).toBe("1");
        expect(told.error.message).toBe("The request with this Idempotency-Key is being worked on: try again in a second.");
      }
    expect(await countOf("many")).toBe(1);
    expect((await launchBy(two, "c", body("many"))).body.id).toBe([...ids][0]);
  });

  test("of a request that failed may be used again", async () => {
    const failed = await launchBy(one, "d", { name: "d", config: { ...grid(), depths: [999] } });
    expect(failed.status).toBe(400);
    const gone = await askApi(one, "POST", "/experiments/00000000-0000-4000-8000-000000000000/cancel", {
      token,
      headers: { "idempotency-key": "d" },
    });
    expect(gone.status).toBe(404);
    expect((await launchBy(one, "d", body("d"))).status).toBe(201);
  });

  test("resumes what a killed server left: the same experiment, once", async () => {
    const first = await launchBy(one, "e", body("killed"));
    // As if it had died between the launch and its answer.
    await db.query(
      "update kept_answers set status = null, answer = null where status is not null and created_at > now() - interval '1 day' and request_id = $1",
      [first.body.id],
    );
    const meanwhile = await launchBy(two, "e", body("killed"));
    expect(meanwhile.status).toBe(409);
    await db.query("update kept_answers set claimed_until = now() - interval '1 second' where request_id = $1", [first.body.id]);
    expect((await launchBy(two, "e", body("another"))).status).toBe(422);
    const resumed = await launchBy(two, "e", body("killed"));
    expect([resumed.status, resumed.body.id]).toEqual([201, first.body.id]);
    expect(await countOf("killed")).toBe(1);
  });

  test("holds for a file that is sent, which is read to its end to be compared", async () => {
    const { body: made } = await launchBy(one, "h", body("archived"));
    const archive = await fetch(`${one.url}/api/v1/experiments/${made.id}/archive`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const file = new Uint8Array(await archive.arrayBuffer());
    const send = (server: TestServer, bytes: Uint8Array<ArrayBuffer>) =>
      askApi<{ id: string }>(server, "POST", "/archives", {
        token,
        bytes,
        headers: { "content-type": "application/zip", "idempotency-key": "i" },
      });
    const first = await send(one, file);
    expect([first.status, first.text]).toEqual([201, expect.stringContaining('"runs":1')]);
    const again = await send(two, file);
    expect([again.status, again.text, again.headers.get("idempotent-replayed")]).toEqual([201, first.text, "true"]);
    expect(await countOf("archived")).toBe(2);
    expect((await send(two, file.slice(0, 100))).status).toBe(422);
    expect(await countOf("archived")).toBe(2);
  });

  test("is forgotten after a day, and kept as a hash with an answer that only the key opens", async () => {
    const first = await launchBy(one, "secret-key-f", body("f"));
    const share = await askApi<{ token: string; id: string }>(one, "POST", `/experiments/${first.body.id}/shares`, {
      token,
      body: {},
      headers: { "idempotency-key": "secret-key-g" },
    });
    const again = await askApi<{ token: string; id: string }>(two, "POST", `/experiments/${first.body.id}/shares`, {
      token,
      body: {},
      headers: { "idempotency-key": "secret-key-g" },
    });
    expect(again.body).toEqual(share.body);
    const { rows } = await db.query("select * from kept_answers");
    const stored = JSON.stringify(rows.map((row) => ({ ...row, answer: row.answer?.toString("latin1") })));
    expect(stored).not.toContain("secret-key");
    expect(stored).not.toContain(share.body.token);
    await db.query("update kept_answers set created_at = created_at - interval '25 hours'");
    const later = await launchBy(one, "secret-key-f", body("f"));
    expect([later.status, later.headers.get("idempotent-replayed")]).toEqual([201, null]);
    expect(later.body.id).not.toBe(first.body.id);
  });

  test("is refused where it is none", async () => {
    for (const key of ["", "with blank", "x".repeat(201)]) {
      const { status, body: told } = await launchBy(one, key);
      expect([status, told.error?.code]).toEqual([400, "INVALID"]);
    }
  });
});
