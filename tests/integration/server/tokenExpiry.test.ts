import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { measured, numbered, started } from "../../support/builders/events.ts";
import { launch } from "../../support/builders/studies.ts";
import { makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

describe("A worker's token", () => {
  let postgres: TestPostgres;
  let server: TestServer;
  let rows: pg.Client;
  beforeAll(async () => {
    postgres = await startPostgres();
    server = await TestServer.start({ databaseUrl: postgres.url });
    rows = new pg.Client({ connectionString: postgres.url });
    await rows.connect();
  });
  afterAll(async () => {
    await rows?.end();
    await server?.stop();
    await postgres?.stop();
  });
  const makeFor = (seconds: number) =>
    server.call("workers.createToken", { name: "for a time", expiresInDays: seconds / 86_400 });
  const cutOff = (worker: RawWorker) => new Promise<string>((resolve) => worker.socket.once("disconnect", resolve));

  test("lets a worker in until it expires, and says when that is", async () => {
    const { token } = await makeFor(3);
    const worker = await RawWorker.connect(server, { token });
    const cut = cutOff(worker);
    const [view] = await server.call("workers.tokens");
    expect(Date.parse(view.expiresAt!) - Date.parse(view.createdAt)).toBeGreaterThan(2_500);
    expect(Date.parse(view.expiresAt!) - Date.parse(view.createdAt)).toBeLessThan(3_500);
    expect(await cut).toBe("io server disconnect");
    await expect(new RawWorker(server.url, token).connected()).rejects.toThrow("websocket error");
    const upload = await fetch(`${server.url}/artefacts/${worker.id}/1/features.safetensors`, {
      ...{ method: "PUT", body: "x", headers: { authorization: `Bearer ${token}`, "x-collapsar-lease": "x".repeat(32) } },
    });
    expect(upload.status).toBe(401);
    // Its worker may come back with another one.
    const again = await RawWorker.connect(server, { token: await makeToken(server), id: worker.id });
    again.close();
  });

  test("has no more days than ten years, and more than none", async () => {
    for (const expiresInDays of [0, -1, 3651, "1"])
      await expect(server.callAny("workers.createToken", { name: "x", expiresInDays })).rejects.toMatchObject({
        code: "INVALID",
      });
  });

  test.each([
    ["expires", "expires_at = now() - interval '1 second'"],
    ["is revoked", "revoked_at = now()"],
  ])("that %s in the database alone is noticed at hello, at events and when a run is given", async (_how, change) => {
    const spoil = () => rows.query(`update worker_tokens set ${change} where not local`);
    const silent = new RawWorker(server.url, await makeToken(server));
    await silent.connected();
    const writer = await RawWorker.connect(server, { slots: 4 });
    const { runs } = await launch(server);
    const lease = await writer.nextAssignment(runs[0].id);
    expect((await writer.events(lease, numbered([started()]))).ok).toBe(true);
    const idle = await RawWorker.connect(server);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await spoil();

    const cuts = [cutOff(silent), cutOff(writer), cutOff(idle)];
    expect(await silent.hello()).toMatchObject({ ok: false, code: "NOT_ALLOWED" });
    expect(await writer.events(lease, numbered([measured(1)], 2))).toMatchObject({ ok: false, code: "INTERNAL" });
    await launch(server);
    expect(await Promise.all(cuts)).toEqual(Array(3).fill("io server disconnect"));
    expect(idle.assigned).toEqual([]);
  });
});
