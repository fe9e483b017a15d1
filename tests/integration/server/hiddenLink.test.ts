import pg from "pg";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExperimentConfig, experimentConfig, launchInput } from "../../../contract/config/experimentConfig.ts";
import { otherSetConfig } from "../../../contract/config/otherSet.ts";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { type OwnSet, ownSet } from "../../../contract/data/ownSet.ts";
import { type RunEvent, runEvent } from "../../../contract/wire/runEvents.ts";
import { hello } from "../../../contract/wire/workerProtocol.ts";
import { evaluation, finished, measured, numbered, snapshot, started } from "../../support/builders/events.ts";
import { freeTexts, markedTexts } from "../../support/builders/freeTexts.ts";
import { grid } from "../../support/builders/studies.ts";
import { procedures } from "../../support/client/procedureRights.ts";
import { makeToken, RawWorker } from "../../support/client/rawWorker.ts";
import { startPostgres, type TestPostgres } from "../../support/processes/postgres.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

const marks = new Map<string, string>();
/** A text of its own for a field; it may stand wherever a letter may. */
function mark(field: string): string {
  const text = `mark${String(marks.size).padStart(3, "0")}q`;
  marks.set(text, field);
  return text;
}
const aMark = /mark\d{3}q/;

/** What a hidden link shows although people or workers write it: the study itself, and fingerprints that tell data apart. */
const shownOnPurpose = ["study name", "study note", "study tag", "series key", "list key", "data hash", "checkpoint hash"];

const folder: OwnSet = {
  ...{ id: "image-folder", name: mark("folder of the data set"), problem: null, warnings: [mark("warning of an own set")] },
  ...{ classNames: [mark("class of an own set"), "b"], trainCounts: [40, 40], testCounts: [10, 10] },
};
const other: OwnSet = { ...folder, name: mark("folder of the transfer set") };
const table: OwnSet = { ...folder, id: "text-file", name: mark("file of the data set"), testCounts: null };
const broken: OwnSet = { ...folder, name: "broken", problem: mark("problem of an own set") };

const pictures = grid({
  datasets: [datasetConfig.parse({ id: "image-folder", folder: folder.name, size: 8 })],
  seeds: [0, 1, 2],
  afterTraining: {
    robustness: null,
    transfer: { dataset: datasetConfig.parse({ id: "image-folder", folder: other.name, size: 8 }), ridge: 1e-3 },
  },
  other: otherSetConfig.parse({ dataset: { id: "image-folder", folder: other.name, size: 8 } }),
});
const texts = grid({
  datasets: [datasetConfig.parse({ id: "text-file", file: table.name })],
  architectures: [{ name: "t11", normalization: "pre-ln" }],
  widths: [16],
  seeds: [0],
});
const probedTexts: ExperimentConfig = {
  ...texts,
  afterTraining: { robustness: null, transfer: { dataset: texts.datasets[0], ridge: 1e-3 } },
  other: otherSetConfig.parse({ dataset: { id: "text-file", file: table.name } }),
};

const dataset = (where: string, id: "image-folder" | "text-file" = "image-folder") => ({
  id,
  source: mark(`${where}: source of the data`),
  hash: mark("data hash"),
  classes: 2,
  inputDimension: 192,
  trainCounts: [40, 40],
  testCounts: [10, 10],
  classNames: [mark(`${where}: name of a class`), "b"],
  warnings: [mark(`${where}: warning about the data`)],
});

const start = (id?: "text-file"): RunEvent => ({
  ...(started() as Extract<RunEvent, { kind: "started" }>),
  device: {
    choice: mark("device.choice"),
    device: mark("device.device"),
    engine: mark("device.engine"),
    provider: mark("device.provider"),
    reason: mark("device.reason"),
    precision: mark("device.precision"),
    card: mark("device.card"),
  },
  dataset: dataset("started", id),
  optimum: { method: "none", reason: mark("optimum.reason"), loss: null, fit: null, ridge: null, scale: null, geometry: null },
  versions: { [mark("name of a version")]: mark("version") },
});
const measurement = (): RunEvent => ({
  ...(measured(1) as Extract<RunEvent, { kind: "measurement" }>),
  values: { "train/loss": 0.5, [`train/${mark("series key")}`]: 1 },
  lists: { [`train/${mark("list key")}:*`]: [1, null] },
  missing: { [mark("name of what is not measured")]: "x", "train/nc2.etf@2": mark("why it is not measured") },
});
const found = (): RunEvent => ({
  kind: "evaluation",
  evaluation: {
    robustness: { ...evaluation.robustness!, unit: mark("unit of ε") },
    transfer: { ...evaluation.transfer!, dataset: dataset("transfer") },
    outOfDistribution: {
      dataset: dataset("second set"),
      samples: 10,
      parameters: { rank: 1, alpha: 0, temperature: 1, covarianceRank: null },
      scores: [{ score: "msp", known: "test", auroc: 0.5, fpr95: 1 }],
      missing: { neco: mark("why there is no score"), [mark("name of a score")]: "x" },
    },
    missing: { robustness: mark("why it was not evaluated"), [mark("name of what was not evaluated")]: "x" },
  },
});
const log: RunEvent = { kind: "log", level: "warning", text: mark("line of a log") };
const checkpoint: RunEvent = { kind: "checkpoint", step: 1, hash: mark("checkpoint hash"), bytes: 10 };
const failed: RunEvent = { kind: "ended", code: "DATASET_CORRUPT", message: mark("message of a failure"), step: 1 };
const events = [start(), measurement(), snapshot(1), log, checkpoint, found()];

const greeting = {
  name: mark("name of a worker"),
  version: mark("version of a worker"),
  machine: {
    host: mark("host of a worker"),
    platform: mark("platform of a worker"),
    cpu: mark("processor of a worker"),
    cores: 2,
    memoryBytes: 16e9,
    gpus: [{ name: mark("GPU of a worker"), memoryBytes: 80e9 }],
    gpusNote: mark("note on the GPUs of a worker"),
  },
  devices: [mark("device of a worker")],
  datasets: [{ id: "mnist" as const, available: false, detail: mark("where a worker looked") }],
};
const launched = { name: mark("study name"), note: mark("study note"), tags: [mark("study tag")] };

describe("Marks stand in every field that a person or a worker can set", () => {
  const all: [string, Parameters<typeof freeTexts>[0], unknown[], string[]][] = [
    // Leases and nonces are secrets by which an attempt or a worker is known again: nobody is shown them.
    ["an event", runEvent, [...events, start("text-file"), failed], []],
    [
      "a hello",
      hello,
      [{ ...greeting, protocol: 1, workerId: "", slots: 1, holding: [] }],
      // A pack's key is a digest of shapes.
      ["holding[].lease", "kept[].lease", "identity.greeting.nonce", "packs.known[].key"],
    ],
    ["an own set", ownSet, [folder, table, broken], []],
    ["a grid", experimentConfig, [pictures, probedTexts], []],
    ["a launch", launchInput.omit({ config: true }), [launched], []],
  ];
  test.each(all)("of %s", (_what, schema, samples, others) => {
    const marked = new Set(samples.flatMap((sample) => markedTexts(schema, sample, aMark)));
    const places = new Set(freeTexts(schema));
    expect(places.size).toBeGreaterThan(1);
    expect([...places].filter((place) => !marked.has(place) && !others.includes(place))).toEqual([]);
  });
});

describe("A link that hides names", () => {
  let postgres: TestPostgres;
  let server: TestServer;
  const ids: string[] = [];
  const runIds: string[] = [];
  const heard: { plain: string[]; hidden: string[] } = { plain: [], hidden: [] };
  const sockets: Socket[] = [];
  const links: { plain: string[]; hidden: string[] } = { plain: [], hidden: [] };

  beforeAll(async () => {
    postgres = await startPostgres();
    server = await TestServer.start({ databaseUrl: postgres.url });
    const worker = new RawWorker(server.url, await makeToken(server));
    await worker.connected();
    expect(await worker.hello({ ...greeting, slots: 4 })).toMatchObject({ ok: true });
    worker.socket.emit("ownSets", { part: 0, of: 1, sets: [folder, other, table, broken] });
    await until("the own sets are listed", async () => (await server.call("workers.list"))[0]?.ownSets?.length === 4);

    for (const config of [pictures, texts]) {
      const { id } = await server.call("experiments.launch", { ...launched, config });
      ids.push(id);
      const detail = await server.call("experiments.get", { id });
      runIds.push(...detail.runs.map((run) => run.id));
      for (const kind of ["plain", "hidden"] as const) {
        const { token } = await server.call("shares.create", {
          experimentId: id,
          hideNames: kind === "hidden",
        });
        links[kind].push(token);
        const socket = io(`${server.url}/watch`, { query: { share: token }, transports: ["websocket"], forceNew: true });
        sockets.push(socket);
        socket.onAny((...message) => heard[kind].push(JSON.stringify(message)));
        await socket.emitWithAck("watch", { room: "experiment", id });
        for (const run of detail.runs) await socket.emitWithAck("watch", { room: "run", id: run.id });
      }
    }
    const leases = [];
    for (const runId of runIds) leases.push(await worker.nextAssignment(runId));
    const [first, second, third, fourth] = leases;
    expect(await worker.events(first, numbered([...events, finished()]))).toMatchObject({ ok: true });
    expect(await worker.events(second, numbered([start(), log, failed]))).toMatchObject({ ok: true });
    expect(await worker.events(third, numbered([start(), log]))).toMatchObject({ ok: true });
    expect(await worker.events(fourth, numbered([start("text-file"), log, finished()]))).toMatchObject({ ok: true });
    const rows = new pg.Client({ connectionString: postgres.url });
    await rows.connect();
    await rows.query("update experiments set launched_by = $1", [mark("who launched it")]);
    await rows.query("update runs set waits_for = $1 where id = $2", [mark("what a run waits for"), third.runId]);
    await rows.end();
    // A change tells all rooms of it once more.
    await server.call("experiments.update", { id: ids[0], tags: launched.tags });
    expect(await worker.events(third, numbered([found()], 3))).toMatchObject({ ok: true });
    await until("the run is told", () => heard.hidden.join().includes('"kind":"run"'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    worker.close();
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await server?.stop();
    await postgres?.stop();
  });

  /** All that a link's reader is answered: every procedure, with every input that opens one, and every export. */
  async function readAll(token: string): Promise<string> {
    const answers: string[] = [];
    const inputs = [
      ...[...ids, ...runIds].map((id) => ({ id })),
      ...ids.map((id) => ({ id, keys: ["train/loss"] })),
      ...ids.map((id) => ({ id, metric: "nc1.ratio" })),
      ...runIds.map((id) => ({ id, keys: ["train/nc1.class@1:*"] })),
      { token },
    ];
    for (const { name, isQuery } of procedures)
      for (const input of isQuery ? inputs : [{ id: ids[0] }]) {
        const query = isQuery ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
        const response = await fetch(`${server.url}/trpc/${name}${query}`, {
          method: isQuery ? "GET" : "POST",
          headers: { "content-type": "application/json", "x-share-token": token },
          ...(isQuery ? {} : { body: JSON.stringify(input) }),
        });
        answers.push(await response.text());
      }
    const files = [...ids.map((id) => `experiments/${id}`), ...runIds.map((id) => `runs/${id}`)];
    for (const path of files)
      for (const ending of [".csv", ".csv?head=none", ".json"]) {
        const response = await fetch(`${server.url}/export/${path}${ending}${ending.includes("?") ? "&" : "?"}share=${token}`);
        answers.push([...response.headers].join(), await response.text());
      }
    return answers.join("\n");
  }
  const marksIn = (text: string) => [...new Set([...text.matchAll(/mark\d{3}q/g)].map(([found]) => marks.get(found)!))];

  test("shows none of them in any answer, export or message, but those that it is meant to show", async () => {
    const answers = (await Promise.all(links.hidden.map(readAll))).join("\n");
    expect(answers).toContain("train/loss");
    expect(marksIn(answers).filter((field) => !shownOnPurpose.includes(field))).toEqual([]);
    expect(marksIn(heard.hidden.join()).filter((field) => !shownOnPurpose.includes(field))).toEqual([]);
    expect(marksIn(answers)).toEqual(expect.arrayContaining(shownOnPurpose));
  });

  test("hides what a plain link shows: the marks are there to be seen", async () => {
    const plain = marksIn(`${(await Promise.all(links.plain.map(readAll))).join("\n")}\n${heard.plain.join()}`);
    const workerOnly = [...marks.values()].filter((field) => !plain.includes(field));
    // What the page Workers alone shows, to people who are signed in.
    const owner = marksIn(JSON.stringify(await server.call("workers.list")));
    expect(workerOnly.filter((field) => !owner.includes(field))).toEqual([]);
    expect(plain).toEqual(
      expect.arrayContaining(["folder of the data set", "file of the data set", "who launched it", "what a run waits for"]),
    );
  });

  test("calls a study's own data sets by one neutral name in every answer", async () => {
    const [token] = links.hidden;
    const detail = await server.call("experiments.get", { id: ids[0] }, { share: token });
    const run = await server.call("runs.get", { id: runIds[0] }, { share: token });
    const names = (config: unknown) => [...JSON.stringify(config).matchAll(/"folder":"([^"]*)"/g)].map(([, name]) => name);
    // The set trained on, that of the transfer and the second set, which is the same.
    for (const config of [detail.config, detail.runs[0].config, run.row.config])
      expect(names(config).sort()).toEqual(["data-set-1", "data-set-2", "data-set-2"]);
    const table = await (await fetch(`${server.url}/export/experiments/${ids[0]}.csv?share=${token}`)).text();
    expect(table).toContain("data-set-1");
    const json = await (await fetch(`${server.url}/export/experiments/${ids[0]}.json?share=${token}`)).json();
    expect(names(json.config).sort()).toEqual(["data-set-1", "data-set-2", "data-set-2"]);
    expect(experimentConfig.safeParse(detail.config).success).toBe(true);
  });
});
