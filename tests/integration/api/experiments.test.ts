import { describe, expect, test } from "vitest";
import type { ApiError } from "../../../contract/api/apiError.ts";
import { logged, numbered, started } from "../../support/builders/events.ts";
import { grid, launch } from "../../support/builders/studies.ts";
import { askApi } from "../../support/client/api.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { DatabaseLine } from "../../support/processes/databaseLine.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { startPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";

interface Page {
  experiments: { id: string; name: string; tags: string[] }[];
  total: number;
  next: string | null;
}
const encoded = encodeURIComponent;

onBothDatabases("Experiments by the API", (server) => {
  const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    askApi<T>(server(), method, path, body === undefined ? {} : { body });

  test("have logs that are read page by page, the last lines first", async () => {
    const { runs } = await launch(server());
    const worker = await RawWorker.connect(server());
    const lease = await worker.nextAssignment(runs[0].id);
    await worker.events(lease, numbered([started(), ...["a", "b", "c", "d", "e"].map(logged)]));
    const found: string[][] = [];
    let before: string | null = null;
    do {
      const path: string = `/runs/${runs[0].id}/log?limit=2${before === null ? "" : `&before=${before}`}`;
      const { body }: { body: { lines: { text: string }[]; before: string | null } } = await ask("GET", path);
      found.push(body.lines.map(({ text }) => text));
      before = body.before;
    } while (before !== null);
    expect(found).toEqual([["d", "e"], ["b", "c"], ["a"]]);
    worker.close();
  });

  test("are listed page by page, none twice and none left out while others come and go", async () => {
    const names = ["beta", "Alpha", "alpha", "gamma", "delta", "zoë", "Beta"];
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, (await launch(server(), grid(), { name, tags: ["paged"] })).id);
    const walk = async (query: string, between: () => Promise<unknown> = async () => undefined) => {
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const after: string = cursor === null ? "" : `&cursor=${encoded(cursor)}`;
        const { status, body } = await ask<Page>("GET", `/experiments?tag=paged&limit=2${query}${after}`);
        expect(status).toBe(200);
        found.push(...body.experiments.map(({ name }) => name));
        cursor = body.next;
        if (found.length === 2) await between();
      } while (cursor !== null);
      return found;
    };
    expect(await walk("")).toEqual(names.toReversed());
    expect(await walk("&direction=asc")).toEqual(names);
    expect(await walk("&sort=updated&direction=asc")).toEqual(names);
    const sorted = await walk("&sort=name&direction=asc");
    expect(sorted.map((name) => name.toLowerCase())).toEqual(["alpha", "alpha", "beta", "beta", "delta", "gamma", "zoë"]);
    expect(new Set(sorted).size).toBe(7);
    expect(await walk("&sort=name&direction=desc")).toEqual(sorted.toReversed());
    // A new one comes before the page that was read, one that was read goes, and one to come is removed.
    const changed = await walk("", async () => {
      await launch(server(), grid(), { name: "new", tags: ["paged"] });
      await server().call("experiments.remove", { id: ids.get("Beta")! });
      await server().call("experiments.remove", { id: ids.get("alpha")! });
    });
    expect(changed).toEqual(["Beta", "zoë", "delta", "gamma", "Alpha", "beta"]);
    const found = await ask<Page>("GET", `/experiments?search=${encoded("%_\\")}`);
    expect(found.body).toEqual({ experiments: [], total: 0, next: null });
    expect((await ask<Page>("GET", "/experiments?tag=paged&limit=1")).body.total).toBe(6);
    const other = (await ask<Page>("GET", "/experiments?tag=paged&limit=1")).body.next!;
    const wrong = await ask<ApiError>("GET", `/experiments?sort=name&cursor=${encoded(other)}`);
    expect([wrong.status, wrong.body.error.code]).toEqual([400, "INVALID"]);
  });

  test("are estimated, launched, changed, extended, cancelled, filled in and removed", async () => {
    const config = grid({ depths: [2, 3], seeds: [0] });
    const counted = await ask("POST", "/experiments/estimate", config);
    expect(counted.body).toMatchObject({ runs: 2, limit: 2000 });
    const made = await ask<{ id: string }>("POST", "/experiments", { name: "by the API", config });
    expect(made.status).toBe(201);
    const at = `/experiments/${made.body.id}`;
    expect((await ask("GET", at)).body).toMatchObject({
      name: "by the API",
      status: "queued",
      readOnly: false,
      config: { depths: [2, 3] },
    });
    expect((await ask("GET", at)).body).not.toHaveProperty("runs");
    const changed = await ask("PATCH", at, { name: "renamed", note: "a note", tags: ["a", "a", "b"], priority: "high" });
    expect(changed.body).toMatchObject({ name: "renamed", tags: ["a", "b"], priority: "high" });
    expect((await ask("PATCH", at, { status: "finished" })).status).toBe(400);
    expect((await ask("POST", `${at}/depths`, { depths: [4] })).body).toEqual({ added: 1 });
    expect((await ask("POST", `${at}/seeds`, { seeds: [1] })).body).toEqual({ added: 3 });
    const runs = await ask<{ runs: { id: string; config: { depth: number; seed: number } }[] }>(
      "GET",
      `${at}/runs?status=queued`,
    );
    expect(runs.body.runs.map((run) => [run.config.seed, run.config.depth])).toEqual([
      [0, 2],
      [0, 3],
      [0, 4],
      [1, 2],
      [1, 3],
      [1, 4],
    ]);
    const [first] = runs.body.runs;
    expect((await ask("POST", `/runs/${first.id}/pause`)).body).toEqual({ status: "paused" });
    expect((await ask("POST", `/runs/${first.id}/resume`)).body).toEqual({ status: "queued" });
    expect((await ask("POST", `${at}/pause`)).body).toEqual({ paused: 6 });
    expect((await ask("GET", at)).body).toMatchObject({ status: "paused" });
    expect((await ask("POST", `${at}/resume`)).body).toEqual({ resumed: 6 });
    expect((await ask("POST", `/runs/${first.id}/cancel`)).body).toEqual({ status: "cancelled" });
    expect((await ask("POST", `/runs/${first.id}/again`, { fromStart: true })).body).toEqual({ status: "queued" });
    const twice = await ask<ApiError>("POST", `/runs/${first.id}/again`);
    expect([twice.status, twice.body.error]).toEqual([
      409,
      { code: "CONFLICT", message: "This run is queued: cancel it first, or wait until it ends." },
    ]);
    expect((await ask("POST", `${at}/cancel`)).body).toEqual({ cancelled: 6 });
    expect((await ask("DELETE", `/runs/${first.id}`)).body).toEqual({ ok: true });
    expect((await ask("POST", `${at}/missing`)).body).toEqual({ queued: 6 });
    const large = await ask<ApiError>("POST", `${at}/seeds`, { seeds: Array.from({ length: 64 }, (_, i) => i) });
    expect(large.status).toBe(200);
    const larger = await ask<ApiError>("POST", "/experiments", {
      name: "too large",
      config: grid({ depths: Array.from({ length: 60 }, (_, i) => i + 2), seeds: Array.from({ length: 60 }, (_, i) => i) }),
    });
    expect([larger.status, larger.body.error.code]).toEqual([400, "GRID_TOO_LARGE"]);
    expect(larger.body.error.message).toContain("3,600 runs; the limit is 2,000");
    expect((await ask("DELETE", at)).body).toEqual({ ok: true });
  });
});

describe("A database that does not answer", () => {
  test("is said as JSON, with the time to wait", async () => {
    const postgres = await startPostgres();
    const line = await DatabaseLine.open(postgres.url);
    const server = await TestServer.start({ databaseUrl: line.url, env: { COLLAPSAR_DATABASE_TIMEOUT_S: "1" } });
    try {
      line.isDumb = true;
      const { status, headers, body } = await askApi<ApiError>(server, "GET", "/experiments", { token: "any" });
      expect([status, body.error.code, headers.get("retry-after")]).toEqual([503, "UNAVAILABLE", "5"]);
    } finally {
      line.isDumb = false;
      await server.stop();
      await postgres.stop();
    }
  });
});
