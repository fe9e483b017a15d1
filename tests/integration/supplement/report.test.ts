import { hostname } from "node:os";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { evaluated, finished, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { TestServer } from "../../support/processes/server.ts";
import { codeOf, dataOf, fetchReport, textOf } from "./readReport.ts";

/** A finished study of six runs with names and a note that would break out of a page. */
async function makeStudy(server: TestServer): Promise<string> {
  const worker = await RawWorker.connect(server);
  const { id, runs } = await launch(server, grid({ depths: [2, 4, 8], seeds: [0, 1] }), {
    name: 'Study </script><img src=x onerror="alert(1)">',
    tags: ["<b>tag</b>"],
  });
  await server.call("experiments.update", {
    id,
    note: "A *note* by Ada Lovelace with $\\lambda^2$ and <script>alert(2)</script> and [a link](javascript:alert(3)).",
  });
  for (const { config } of runs) {
    const lease = await worker.nextAssignment();
    const values = Object.fromEntries(
      Array.from({ length: config.depth }, (_, at) => [
        `train/nc1.ratio@${at + 1}`,
        0.123456789 / (config.depth + at + config.seed),
      ]),
    );
    const events = [1, 10, 100, 1000].map((step) =>
      measured(step, { ...values, "train/loss": 1 / step, "train/accuracy": 1, "test/accuracy": 0.75 }),
    );
    await worker.events(lease, numbered([started(), ...events, snapshot(1000), evaluated(), finished()]));
  }
  for (const run of runs) await untilStatus(server, run.id, "finished");
  worker.close();
  return id;
}

onBothDatabases("the report of a study", (server) => {
  let id: string;
  let html: string;
  beforeAll(async () => {
    id = await makeStudy(server());
    const answer = await fetchReport(server(), id);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; .*\.html$/);
    html = answer.html;
  });

  test("is one file that allows its own code alone and asks nothing of any network", () => {
    const { code, hash, allowed } = codeOf(html);
    expect(hash).toBe(allowed);
    expect(code.length).toBeGreaterThan(100_000);
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${allowed}'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'">`,
    );
    // What an HTML parser takes for the beginning of a comment would let a script go on beyond its end.
    expect(code).not.toMatch(/<!--|<\/script/);
    const rest = html.replace(code, "");
    expect(rest.match(/<script/g)).toHaveLength(2);
    expect(rest).not.toMatch(/<(link|img|iframe|object|embed|form|base)\b/i);
    expect(rest).not.toMatch(/<[^>]*\ssrc=/);
    expect(/<style>([\s\S]*?)<\/style>/.exec(html)![1]).not.toMatch(/url\(|@import/);
  });

  test("lets no name and no note out of its place", () => {
    const text = textOf(html);
    expect(text).toContain("Study &lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
    expect(text).toContain("&lt;b&gt;tag&lt;/b&gt;");
    expect(text).toContain("&lt;script&gt;alert(2)&lt;/script&gt;");
    expect(text).toContain("<em>note</em>");
    expect(text).toContain("<math");
    expect(text).not.toContain("javascript:");
  });

  test("has the figures, the tables, and how to rerun the study without any code", async () => {
    const text = textOf(html);
    expect(text.match(/<figure/g)!.length).toBeGreaterThanOrEqual(4);
    expect(text).toContain('aria-label="NC1 over depth"');
    expect(text).toContain('aria-label="NC1 over the layers"');
    expect(/<table[^>]*data-testid="runs"[\s\S]*?<\/table>/.exec(text)![0].match(/<tr/g)).toHaveLength(7);
    expect(/<table[^>]*data-testid="means"[\s\S]*?<\/table>/.exec(text)![0].match(/<tr/g)).toHaveLength(4);
    expect(text).toContain("npx collapsar launch study.yaml");
    const folded = [...text.matchAll(/<pre class="mt-2[^>]*>([\s\S]*?)<\/pre>/g)].map(([, inner]) =>
      inner
        .replaceAll("&quot;", '"')
        .replaceAll("&amp;", "&")
        .replaceAll("&gt;", ">")
        .replaceAll("&lt;", "<")
        .replaceAll("&#x27;", "'"),
    );
    const { config } = await server().call("experiments.get", { id });
    expect(parse(folded[0])).toMatchObject(config);
    expect(JSON.parse(folded[1])).toEqual(parse(folded[0]));
    expect(text).toContain("sha256 <code");
    expect(text).toContain("node 22");
    expect(text).toMatch(/tr Σ_W \/ tr Σ_B/);
  });

  test("draws from the study's own numbers, those of inner layers rounded to six digits", async () => {
    const { detail, profiles } = dataOf(html);
    const before = await server().call("experiments.get", { id });
    expect(detail.runs.map(({ config }) => config)).toEqual(before.runs.map(({ config }) => config));
    for (const [at, run] of detail.runs.entries()) {
      const { last } = before.runs[at];
      const deepest = `train/nc1.ratio@${run.config.depth}`;
      expect(run.last[deepest]).toBe(last[deepest]);
      expect(run.last["train/nc1.ratio@1"]).toBe(Number(last["train/nc1.ratio@1"].toPrecision(6)));
      expect(Object.keys(run.last)).toEqual(Object.keys(last));
    }
    expect(profiles).toHaveLength(6);
    expect(profiles[0].steps).toEqual([1, 10, 100, 1000]);
  });

  test("for blind review names neither itself nor people nor machines, and has no note, tags, ids and times", async () => {
    const { html: blind, headers } = await fetchReport(server(), id, "?anonymous=true");
    const all = textOf(blind) + JSON.stringify(dataOf(blind));
    const { runs, createdAt } = await server().call("experiments.get", { id });
    const telling = [
      "raw worker",
      "someone",
      "Lovelace",
      "127.0.0.1",
      "onerror",
      "tag</b>",
      hostname(),
      id,
      createdAt.slice(0, 16),
    ];
    for (const word of [...telling, ...runs.map((run) => run.id)]) expect(all).not.toContain(word);
    expect(/<title>(.*)<\/title>/.exec(blind)![1]).toBe("Study");
    expect(/<h1[^>]*>(.*?)<\/h1>/.exec(blind)![1]).toBe("Study");
    expect(headers.get("content-disposition")).toBe("attachment; filename=\"collapsar.html\"; filename*=UTF-8''Study.html");
    expect(dataOf(blind).detail).toMatchObject({ id: "", name: "Study", tags: [], note: "", launchedBy: null, createdAt: "" });
    expect(textOf((await fetchReport(server(), id, "?anonymous=true&note=true")).html)).toContain("Lovelace");
    expect(all).not.toContain('id="note-heading"');
    expect(dataOf(blind).detail.runs.map((run) => run.id)).toEqual(["run-1", "run-2", "run-3", "run-4", "run-5", "run-6"]);
    expect((await fetchReport(server(), id, "?note=false")).html).not.toContain("Lovelace");
  });

  test("is for whoever may read the study, as far as they may", async () => {
    const { token } = await server().call("shares.create", { experimentId: id, hideNames: true });
    const hidden = await fetchReport(server(), id, `?share=${token}`);
    expect(hidden.status).toBe(200);
    expect(textOf(hidden.html) + JSON.stringify(dataOf(hidden.html))).not.toMatch(/raw worker|someone/);
    const other = await launch(server(), grid());
    expect((await fetchReport(server(), other.id, `?share=${token}`)).status).toBe(404);
    expect((await fetchReport(server(), id, "?share=forged")).status).toBe(404);
    expect((await fetchReport(server(), id, "?anonymous=maybe")).status).toBe(400);
    const empty = await fetchReport(server(), other.id);
    expect(empty.status).toBe(200);
    await server().call("experiments.cancel", { id: other.id });
  });
});
