import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { ExternalSupplement } from "../../../contract/wire/supplement.ts";
import { numbered, openRun, report, sumsOf } from "../../support/builders/externalRuns.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import type { TestServer } from "../../support/processes/server.ts";
import { codeOf, dataOf, fetchReport, textOf } from "./readReport.ts";

const plain = (html: string) =>
  html
    .replace(/<!-- -->/g, "")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&gt;", ">")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");

const tableOf = (html: string, id: string) => new RegExp(`<table[^>]*data-testid="${id}"[\\s\\S]*?</table>`).exec(html)![0];
const read = (html: string) => dataOf(html) as unknown as ExternalSupplement;

/** Two networks of two seeds each, whose configs and classes name people, measured at three steps. */
async function makeStudy(server: TestServer): Promise<{ id: string; runIds: string[]; version: string; source: string }> {
  const source = await (await fetch(`${server.url}/collapsar.py`)).text();
  const version = /^__version__ = "(.*)"$/m.exec(source)![1];
  const opened = [];
  for (const depth of [2, 4])
    for (const seed of [0, 1]) {
      const { status, body } = await openRun(server, {
        study: "Elsewhere by Lovelace </script><b>",
        config: { depth, seed, augment: true, model: { path: "/home/lovelace/net.pt" } },
        classNames: ["ada", "grace", "emmy"],
        layers: ["block1", "fc:input"],
        client: seed === 0 ? { name: "collapsar.py", version } : { name: "lovelace-tool", version: "3" },
      });
      expect(status).toBe(200);
      const at = (step: number) => {
        const sums = sumsOf(step, { name: "fc:input" });
        const scaled = (layer: number) => ({ ...sums.layers[0]!, name: ["block1", "fc:input"][layer]! });
        return [
          { ...sums, layers: [scaled(0), scaled(1)] },
          { kind: "scalars" as const, step, values: { "loss/own": 1 / (depth + step), lr: 0.1 } },
        ];
      };
      const events = numbered([...[0, 1, 2].flatMap(at), { kind: "finished" as const }]);
      expect((await report(server, body.runId, events)).status).toBe(200);
      opened.push(body);
    }
  return { id: opened[0].experimentId, runIds: opened.map(({ runId }) => runId), version, source };
}

onBothDatabases("the report of runs that were trained elsewhere", (server) => {
  let made: Awaited<ReturnType<typeof makeStudy>>;
  let html: string;
  let text: string;
  beforeAll(async () => {
    made = await makeStudy(server());
    const answer = await fetchReport(server(), made.id);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; .*\.html$/);
    html = answer.html;
    text = textOf(html);
  });

  test("is one small file that allows its own code alone", () => {
    const { hash, allowed, code } = codeOf(html);
    expect(hash).toBe(allowed);
    const rest = html.replace(code, "");
    expect(rest.match(/<script/g)).toHaveLength(2);
    expect(rest).not.toMatch(/<(link|img|iframe|object|embed|form|base)\b/i);
    expect(rest).not.toMatch(/<[^>]*\ssrc=/);
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
  });

  test("says who reported the runs and what was not known", () => {
    expect(text).toContain("Elsewhere by Lovelace &lt;/script&gt;&lt;b&gt;");
    const said = plain(text)
      .replace(/<[^>]*>/g, "")
      .replaceAll("\u00a0", " ");
    expect(said).toContain("Trained elsewhere, reported while it trained by");
    expect(said).toContain("Not known here: the data and their hash;");
    expect(said).toContain("4 runs, 4 finished");
  });

  test("has the curve, the layers by name, the training, and the tables with the caller's keys", () => {
    expect(text).toContain('aria-label="NC1 over depth"');
    expect(text).toContain('aria-label="NC1 over the layers"');
    expect(text).toContain(">block1</text>");
    expect(text).toContain('aria-label="loss/own"');
    expect(text).toContain('aria-label="lr"');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    const runs = tableOf(text, "runs");
    expect(runs.match(/<tr/g)).toHaveLength(5);
    for (const key of ["depth", "seed"]) expect(runs).toContain(`>${key}</th>`);
    expect(tableOf(text, "means").match(/<tr/g)).toHaveLength(3);
    expect(text).toContain("/home/lovelace/net.pt");
  });

  test("says how to measure it again, with the hash of the client that this server hands out", () => {
    const call = /<pre[^>]*data-testid="client-call"[^>]*>([\s\S]*?)<\/pre>/.exec(text)![1];
    expect(plain(call)).toBe(`import collapsar

with collapsar.run(url, token,
                   study="Elsewhere by Lovelace </script><b>",
                   config={"seed": 0, "depth": 2, "augment": True, "model.path": "/home/lovelace/net.pt"},
                   class_names=["ada", "grace", "emmy"]) as run:
    for step in steps:
        ...  # train
        run.log({"loss/own": ..., "lr": ...}, step=step)
        run.measure(model, train_loader, layers=["block1", "fc:input"], head=head, step=step)`);
    expect(text).toContain(createHash("sha256").update(made.source).digest("hex"));
    expect(plain(text)).toContain("lovelace-tool 3 (2 runs)");
  });

  test("draws from the study's own numbers", () => {
    const { detail, series, profiles } = read(html);
    expect(detail.runs.map(({ config }) => config.values.depth)).toEqual([2, 2, 4, 4]);
    expect(profiles).toHaveLength(4);
    const own = detail.runs.map(({ id }) => series.find(({ runId, key }) => runId === id && key === "log/loss/own")!);
    expect(own.map(({ steps, values }) => ({ steps, values }))).toEqual([
      ...Array.from({ length: 2 }, () => ({ steps: [0, 1, 2], values: [0.5, 0.333333, 0.25] })),
      ...Array.from({ length: 2 }, () => ({ steps: [0, 1, 2], values: [0.25, 0.2, 0.166667] })),
    ]);
    expect(detail.runs[2].last["log/loss/own"]).toBe(1 / 6);
  });

  test("for blind review names neither itself nor people, classes and other programs, and has no ids and times", async () => {
    const { html: blind } = await fetchReport(server(), made.id, "?anonymous=true");
    const all = textOf(blind) + JSON.stringify(dataOf(blind));
    expect(all).not.toMatch(/lovelace|\bada\b|grace|emmy|127\.0\.0\.1/i);
    const { createdAt } = await server().call("experiments.get", { id: made.id });
    for (const word of [made.id, ...made.runIds, createdAt.slice(0, 16)]) expect(all).not.toContain(word);
    expect(/<title>(.*)<\/title>/.exec(blind)![1]).toBe("Study");
    const { detail, series } = read(blind);
    expect(detail.runs.map(({ config }) => config.values["model.path"])).toEqual(Array(4).fill("model.path-1"));
    expect(detail.runs.map(({ external }) => external.heardAt)).toEqual([null, null, null, null]);
    expect(new Set(series.map(({ runId }) => runId))).toEqual(new Set(["run-1", "run-2", "run-3", "run-4"]));
    // As by a link that hides names: keys and layers are what the figures are over.
    expect(detail.runs[0].config.layers).toEqual(["block1", "fc:input"]);
  });

  test("is for whoever may read the study, as far as they may, and is there before anything was measured", async () => {
    const { token } = await server().call("shares.create", { experimentId: made.id, hideNames: true });
    const hidden = await fetchReport(server(), made.id, `?share=${token}`);
    expect(hidden.status).toBe(200);
    expect(textOf(hidden.html) + JSON.stringify(dataOf(hidden.html))).not.toMatch(/net\.pt|grace|lovelace-tool/);
    const { body } = await openRun(server(), { study: "Nothing yet", config: {} });
    expect((await fetchReport(server(), body.experimentId)).status).toBe(200);
    expect((await fetchReport(server(), body.experimentId, `?share=${token}`)).status).toBe(404);
  });
});
