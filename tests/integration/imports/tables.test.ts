import { expect, test } from "vitest";
import type { CarriedOut } from "../../../contract/wire/imports.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { onBothDatabases } from "../../support/processes/onBothDatabases.ts";
import { TestServer } from "../../support/processes/server.ts";
import { event, record, scalar } from "../../unit/server/imports/eventFiles.ts";
import { carryOut, type NamedFile, planOf, send, sendFile } from "./sendImport.ts";

const table = (name: string, seeds = [0, 1]): NamedFile => ({
  name: `${name}.csv`,
  content: [
    '"Name","State","config_depth","config_seed","config_note","summary_nc1"',
    ...seeds.map((seed) => `"run-${seed}","${seed === 1 ? "crashed" : "finished"}","18","${seed}","=1+1","0.${seed + 1}"`),
  ].join("\n"),
});
/** Numbers that a text would spoil. */
const odd = [1 / 3, 5e-324, 1.7976931348623157e308, -0.1 - 0.2];
const panel: NamedFile = {
  name: "panel.csv",
  content: [
    '"Step","run-0 - train/loss","run-1 - train/loss","run-1 - train/loss__MIN"',
    ...odd.map((value, at) => `${at * 10},${value},${at},${at}`),
  ].join("\n"),
};

async function seriesOf(server: TestServer, runId: string) {
  const { body } = await askApi<{ series: { key: string; steps: number[]; values: number[] }[] }>(
    server,
    "GET",
    `/runs/${runId}/series`,
  );
  return Object.fromEntries(body.series.map(({ key, steps, values }) => [key, { steps, values }]));
}
const named = async (server: TestServer, search: string) => (await server.call("experiments.list", { search, limit: 200 })).rows;

onBothDatabases("tables that are imported", (server) => {
  test("are shown, and become an experiment of runs that were trained elsewhere, to the last bit", async () => {
    const sent = await send(server(), [table("bits"), panel]);
    expect(sent.plan).toMatchObject({
      kind: "wandb",
      kinds: ["wandb", "csv", "features"],
      study: { name: "bits", existing: null },
      counts: { runs: 2, present: 0, series: 2, points: 10 },
      problems: [],
      archive: null,
    });
    expect(sent.plan.runs).toEqual([
      {
        name: "run-0",
        values: { depth: 18, seed: 0, note: "=1+1" },
        series: 2,
        points: 5,
        firstStep: 0,
        lastStep: 30,
        present: false,
      },
      {
        name: "run-1",
        values: { depth: 18, seed: 1, note: "=1+1" },
        series: 2,
        points: 5,
        firstStep: 0,
        lastStep: 30,
        present: false,
      },
    ]);
    expect(sent.plan.axes).toContainEqual({ key: "seed", different: 2, examples: [0, 1] });
    expect(sent.plan.series).toContainEqual({ key: "log/train/loss", runs: 2, points: 8 });
    expect(await named(server(), "bits")).toEqual([]);

    const { status, body } = await carryOut(server(), sent.id);
    expect({ status, body }).toEqual({
      status: 201,
      body: { experimentId: body.experimentId, name: "bits", url: `${server().url}/e/${body.experimentId}`, made: 2, present: 0 },
    });
    const study = await server().call("experiments.get", { id: body.experimentId });
    expect(study).toMatchObject({
      name: "bits",
      kind: "external",
      config: { kind: "external", source: "wandb" },
      status: "incomplete",
      progress: 1,
      counts: { finished: 1, failed: 1 },
    });
    expect(study.runs).toMatchObject([
      {
        ordinal: 0,
        status: "finished",
        step: 30,
        config: { kind: "external", values: { depth: 18, seed: 0, note: "=1+1" } },
        external: { source: "wandb" },
      },
      { ordinal: 1, status: "failed", failure: { message: "It had failed where it was trained." } },
    ]);
    expect(await seriesOf(server(), study.runs[0].id)).toEqual({
      "log/nc1": { steps: [30], values: [0.1] },
      "log/train/loss": { steps: [0, 10, 20, 30], values: odd },
    });
    const lines = await server().call("runs.log", { id: study.runs[0].id });
    expect(lines).toMatchObject([{ text: "Imported. In the files it is called run-0." }]);
  });

  test("twice are there once; runs that are new are added, in the same experiment, or in one of another name", async () => {
    const [first] = await named(server(), "bits");
    const again = await send(server(), [table("bits"), panel]);
    expect(again.plan).toMatchObject({
      study: { existing: { id: first.id, name: "bits" } },
      counts: { runs: 2, present: 2 },
      runs: [{ present: true }, { present: true }],
    });
    expect((await carryOut(server(), again.id)).body).toMatchObject({ experimentId: first.id, made: 0, present: 2 });

    const more = await send(server(), [table("bits", [0, 1, 2]), panel]);
    expect(more.plan.counts).toMatchObject({ runs: 3, present: 2 });
    expect((await carryOut(server(), more.id)).body).toMatchObject({ experimentId: first.id, made: 1, present: 2 });
    const study = await server().call("experiments.get", { id: first.id });
    expect(study.runs.map(({ ordinal, step }) => [ordinal, step])).toEqual([
      [0, 30],
      [1, 30],
      [2, 0],
    ]);

    const other = await send(server(), [table("bits"), panel]);
    expect((await planOf(server(), other.id, { study: " Elsewhere " })).body).toMatchObject({
      study: { name: "Elsewhere", existing: null },
      counts: { present: 0 },
    });
    const made = await carryOut(server(), other.id, { study: "Elsewhere" });
    expect(made.body).toMatchObject({ name: "Elsewhere", made: 2 });
    expect(made.body.experimentId).not.toBe(first.id);
  });

  test("at the same time make one experiment with each run once", async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(async () => (await send(server(), [table("together"), panel])).id));
    const made = await Promise.all(ids.map((id) => carryOut(server(), id)));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(made.reduce((sum, { body }) => sum + body.made, 0)).toBe(2);
    expect(new Set(made.map(({ body }) => body.experimentId)).size).toBe(1);
    const study = await server().call("experiments.get", { id: made[0].body.experimentId });
    expect(study.runs).toHaveLength(2);
  });

  test("with something wrong make nothing, and say it in the plan", async () => {
    const file = { name: "wrong.csv", content: "depth,step,loss\n2,0,1\n2,x,2\n3,0,1\n" };
    const sent = await send(server(), [file]);
    expect(sent.plan.problems).toEqual([
      {
        level: "error",
        message:
          "wrong.csv, line 3, column “step”: a step must be a whole number from 0 to 1,000,000,000, but is “x”. Say which column is the step.",
      },
    ]);
    const refused = await carryOut(server(), sent.id);
    expect(refused).toMatchObject({ status: 400, body: { error: { code: "INVALID", message: sent.plan.problems[0].message } } });
    expect(await named(server(), "wrong")).toEqual([]);
    // The files are still there, and another choice reads them.
    const columns = [{ column: "step", role: "ignore" as const }];
    expect((await planOf(server(), sent.id, { columns })).body.problems[0].message).toMatch(/^wrong\.csv, line 3: is of the run/);
    const bad = await planOf(server(), sent.id, { columns: [...columns, ...columns] });
    expect(bad).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path: ["columns"], message: "name each column only once" }] } },
    });
    expect((await planOf(server(), sent.id, { kind: "tensorboard" })).body.error.message).toMatch(
      /^wrong\.csv, byte 0: the length of a record/,
    );
  });

  test("have measured series where the columns are said to be: layers, and the NC1 of lists", async () => {
    const content = `depth,seed,step,a,b\n${[0, 1].flatMap((seed) => [1, 2, 3].map((step) => `4,${seed},${step},${4 / step},${2 / step}`)).join("\n")}`;
    const sent = await send(server(), [{ name: "layers.csv", content }]);
    const columns = [
      { column: "a", role: "metric" as const, as: "train/nc1.ratio@1" },
      { column: "b", role: "metric" as const, as: "train/nc1.ratio@2" },
    ];
    expect((await planOf(server(), sent.id, { columns })).body.series.map(({ key }) => key)).toEqual([
      "train/nc1.ratio@1",
      "train/nc1.ratio@2",
    ]);
    const { body } = await carryOut(server(), sent.id, { columns });
    const study = await server().call("experiments.get", { id: body.experimentId });
    expect(study.runs[0].config).toMatchObject({ layers: ["layer 1", "layer 2"] });
    expect(study.nc1).toEqual({ last: 2 / 3, course: [2, 1, 2 / 3] });
  });

  test("of TensorBoard are as good: folders are runs", async () => {
    const files = [0, 1].map((seed) => ({
      name: `study/depth=2,seed=${seed}/events.out.tfevents.1700000000.host`,
      content: new Uint8Array(
        Buffer.concat(
          [1, 2].map((step) => record(event({ step, wallTime: 1_700_000_000 + step, values: [scalar("loss", step / 4)] }))),
        ),
      ),
    }));
    const sent = await send(server(), files);
    expect(sent.plan).toMatchObject({ kind: "tensorboard", study: { name: "study" }, counts: { runs: 2, points: 4 } });
    const { body } = await carryOut(server(), sent.id);
    const study = await server().call("experiments.get", { id: body.experimentId });
    expect(study.runs[1]).toMatchObject({
      config: { values: { depth: 2, seed: 1 } },
      external: { source: "tensorboard" },
      startedAt: "2023-11-14T22:13:21.000Z",
      endedAt: "2023-11-14T22:13:22.000Z",
    });
    expect(await seriesOf(server(), study.runs[1].id)).toEqual({ "log/loss": { steps: [1, 2], values: [0.25, 0.5] } });
  });

  test("are not added to an experiment that was deleted", async () => {
    const [{ id }] = await named(server(), "layers");
    await server().call("experiments.remove", { id });
    const again = await send(server(), [{ name: "layers.csv", content: "depth,step,loss\n1,0,1\n" }]);
    expect(again.plan.study.existing).toBeNull();
  });
});

test("a program that may launch imports tables; one that may only log does not", async () => {
  const server = await TestServer.start({ singleUser: false });
  try {
    await server.signIn();
    const [{ token }, other] = [await makeApiToken(server, "launch"), await makeApiToken(server, "log")];
    for (const file of [table("by token"), { name: "x.zip", content: "PK\x03\x04" }])
      expect(await sendFile(server, file, {}, { token: other.token })).toMatchObject({
        status: 403,
        body: { error: { code: "NOT_ALLOWED" } },
      });
    const sent = await sendFile(server, table("by token"), {}, { token });
    expect(sent.status).toBe(201);
    const made = await carryOut(server, sent.body.id, {}, { token });
    expect(made).toMatchObject({ status: 201, body: { made: 2 } satisfies Partial<CarriedOut> });
  } finally {
    await server.stop();
  }
});
