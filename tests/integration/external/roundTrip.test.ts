import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { externalExperimentExport } from "../../../contract/wire/exportFormat.ts";
import type { ExternalExperimentDetail, ExternalRunDetail } from "../../../contract/wire/externalViews.ts";
import { numbered, openRun, report, sumsOf } from "../../support/builders/externalRuns.ts";
import { askApi } from "../../support/client/api.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";

const objective = { loss: "ce", features: "layernorm", weightDecay: 0.01, bias: "none" } as const;

onBothDatabases("Archives of runs that were trained elsewhere", (server) => {
  const archiveOf = async (id: string) =>
    new Uint8Array(await (await fetch(`${server().url}/api/v1/experiments/${id}/archive`)).arrayBuffer());
  const studyOf = async (id: string) => (await server().callAny("experiments.get", { id })) as ExternalExperimentDetail;

  test("are imported whole, equal to the last bit, and take no more events", async () => {
    const runKey = randomUUID();
    const { body: opened } = await openRun(server(), { study: "To and fro", runKey, objective, classNames: ["a", "b", "c"] });
    await report(
      server(),
      opened.runId,
      numbered([sumsOf(1), sumsOf(2), { kind: "scalars", step: 2, values: { "my loss": 0.1 + 0.2 } }]),
    );
    await openRun(server(), { study: "To and fro", runKey, session: randomUUID() });
    await report(server(), opened.runId, numbered([sumsOf(2), { kind: "finished" }]), { attempt: 2 });
    // Another run of the same config.
    const { body: twin } = await openRun(server(), { study: "To and fro" });
    await report(server(), twin.runId, numbered([{ kind: "failed", message: "out of memory" }]));

    const bytes = await archiveOf(opened.experimentId);
    const imported = await askApi(server(), "POST", "/archives", { bytes, headers: { "content-type": "application/zip" } });
    expect(imported.status, imported.text).toBe(201);
    const [before, after] = [await studyOf(opened.experimentId), await studyOf(imported.body.id)];
    const shown = ({ runs }: ExternalExperimentDetail) => runs.map(({ id: _id, experimentId: _experiment, ...row }) => row);
    expect(shown(after)).toEqual(shown(before));
    expect([after.kind, after.config, after.configDigest]).toEqual(["external", before.config, before.configDigest]);
    const read = async ({ id, runs }: ExternalExperimentDetail) => {
      const { text } = await askApi(server(), "GET", `/experiments/${id}/series?format=csv`);
      return runs.reduce((whole, run, at) => whole.replaceAll(run.id, `run ${at}`), text.replaceAll(id, "study"));
    };
    expect(await read(after)).toBe(await read(before));
    const again = await archiveOf(imported.body.id);
    const inspected = await askApi<{ duplicates: { same: string }[] }>(server(), "POST", "/archives/inspect", {
      bytes: again,
      headers: { "content-type": "application/zip" },
    });
    expect(inspected.body.duplicates.map(({ same }) => same)).toContain("content");
    const copied = after.runs[0]!.id;
    const refused = await report(server(), copied, numbered([{ kind: "finished" }], 3), { attempt: 2 });
    expect([refused.status, refused.body.error?.code]).toEqual([403, "NOT_ALLOWED"]);
    const detail = (await server().callAny("runs.get", { id: copied })) as ExternalRunDetail;
    expect(detail.attempts.map(({ number, outcome }) => [number, outcome?.code])).toEqual([
      [1, "LEASE_LOST"],
      [2, "FINISHED"],
    ]);
  });

  test("and their exports have all of them: a table with the keys of their configs, and JSON as its schema says", async () => {
    const config = { depth: 18, optimizer: { name: "sgd" } };
    const { body: opened } = await openRun(server(), { study: "Exported", config, layers: ["features"] });
    await report(server(), opened.runId, numbered([sumsOf(1), { kind: "finished", step: 1 }]));
    const read = async (path: string) => (await fetch(`${server().url}/export/${path}`)).text();
    const table = await read(`experiments/${opened.experimentId}.csv?head=none`);
    const [names, cells] = table
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    const cell = (name: string) => cells![names!.indexOf(name)];
    expect([cell("run"), cell("status"), cell("config.depth"), cell("config.optimizer.name")]).toEqual([
      opened.runId,
      "finished",
      "18",
      "sgd",
    ]);
    expect(Number(cell("train/nc1.ratio@1"))).toBeCloseTo(0.04428044280442805, 12);
    expect(await read(`experiments/${opened.experimentId}.csv`)).toContain("trained elsewhere; client; collapsar.py 0.1.0");
    const whole = externalExperimentExport.parse(JSON.parse(await read(`experiments/${opened.experimentId}.json`)));
    expect(whole.runs[0]!.series["train/nc1.ratio@1"]!.steps).toEqual([1]);
    const one = JSON.parse(await read(`runs/${opened.runId}.json`));
    expect(one.run).toEqual(JSON.parse(JSON.stringify(whole.runs[0])));
    expect(await read(`runs/${opened.runId}.csv`)).toContain("# config optimizer.name: sgd");
  });
});
