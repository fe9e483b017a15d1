import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { centredMoments } from "../../../math/collapse/centredMoments.ts";
import { classStatistics } from "../../../math/collapse/classStatistics.ts";
import { cosineGaps } from "../../../math/collapse/cosineGaps.ts";
import { hiddenLayerMetrics, type LayerMetrics, lastLayerMetrics } from "../../../math/collapse/layerMetrics.ts";
import { matrix } from "../../../math/linear/matrix.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";
import { pythonWith } from "./python.ts";

const client = join(projectRoot, "server/python/collapsar.py");
const script = join(projectRoot, "tests/integration/python/train.py");
const plain = pythonWith();
const numeric = pythonWith("numpy");
const torch = pythonWith("numpy, torch");
const lacking = (program: string | undefined, what: string) =>
  program === undefined ? ` (skipped: no python3 with ${what} here)` : "";

let server: TestServer;
let token: string;
let reader: string;
let place: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "collapsar-test-"));
  server = await TestServer.start({ singleUser: false, dataDir: join(place, "data") });
  await server.signIn();
  ({ token } = await makeApiToken(server, "log"));
  reader = (await makeApiToken(server, "read")).token;
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await server?.stop();
  rmSync(place, { recursive: true, force: true });
});

const folderOf = (name: string) => join(place, name.replaceAll(" ", "-"));

/** A training of train.py. `said` are the lines of JSON that it printed. */
class Training {
  readonly said: Record<string, unknown>[] = [];
  errors = "";
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(program: string, args: string[], env: Record<string, string> = {}) {
    this.child = spawn(program, ["-B", ...args], { env: { ...process.env, ...env } });
    children.push(this.child);
    createInterface(this.child.stdout!).on("line", (line) => line.startsWith("{") && this.said.push(JSON.parse(line)));
    this.child.stderr!.setEncoding("utf8").on("data", (text) => (this.errors += text));
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
  }

  static of(program: string, what: string, study: string, more: Record<string, unknown> = {}): Training {
    const given = { url: server.url, token, study, folder: folderOf(study), ...more };
    return new Training(program, [script, client, what, JSON.stringify(given)]);
  }

  /** One more step of it. */
  async step(): Promise<Record<string, unknown>> {
    const before = this.said.length;
    this.child.stdin!.write("go\n");
    await until(`step ${before}: ${this.errors}`, () => this.said.length > before);
    return this.said.at(-1)!;
  }
}

async function sync(folder: string, env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const child = spawn(plain!, ["-B", client, "sync", folder], {
    env: { ...process.env, COLLAPSAR_TOKEN: token, COLLAPSAR_URL: server.url, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

interface Run {
  id: string;
  status: string;
  config: Record<string, unknown>;
  missing: Record<string, string>;
  failure: { code: string; message: string } | null;
  attempts: { number: number; outcome: { code: string; message: string } | null }[];
  optimum: { loss: number } | null;
}

const read = async <T>(path: string) => (await askApi<T>(server, "GET", path, { token: reader })).body;

/** The only run of the study of this name. */
async function runOf(study: string): Promise<Run> {
  const { experiments } = await read<{ experiments: { id: string; name: string }[] }>("/experiments?limit=200");
  const { id } = experiments.find(({ name }) => name === study)!;
  const { runs } = await read<{ runs: { id: string }[] }>(`/experiments/${id}/runs`);
  expect(runs).toHaveLength(1);
  const { row, missing, attempts } = await read<{ row: Run } & Pick<Run, "missing" | "attempts">>(`/runs/${runs[0]!.id}`);
  return { ...row, missing, attempts };
}

async function seriesOf(run: Run): Promise<Record<string, { steps: number[]; values: number[] }>> {
  type Answer = { series: { key: string; steps: number[]; values: number[] }[] };
  const { series } = await read<Answer>(`/runs/${run.id}/series?format=json`);
  return Object.fromEntries(series.map(({ key, steps, values }) => [key, { steps, values }]));
}

const linesOf = async (run: Run) =>
  (await read<{ lines: { text: string }[] }>(`/runs/${run.id}/log?limit=500`)).lines.map(({ text }) => text);

/** Relative, of numbers that rounding alone keeps apart. */
const near = (value: number | undefined, wanted: number, what: string) =>
  expect(Math.abs(value! - wanted) / Math.max(Math.abs(wanted), 1e-12), `${what}: ${value} and ${wanted}`).toBeLessThan(1e-10);

interface Row {
  split: "train" | "test";
  step: number;
  y: number[];
  layers: [dim: number, values: number[]][];
  numpy: { "nc1.ratio": number; "nc1.pinv": number }[];
  W: number[];
  logits: number[][];
  accuracy: number;
  loss: number;
}

describe("collapsar.py at a real server", () => {
  test.skipIf(!torch)(
    `measures what math/ and numpy measure of the same features${lacking(torch, "numpy and torch")}`,
    async () => {
      const training = Training.of(torch!, "measure", "ResNet-18 on CIFAR-100");
      expect(await training.ended, training.errors).toBe(0);
      const { url, rows } = training.said[0] as unknown as { url: string; rows: Row[] };
      const run = await runOf("ResNet-18 on CIFAR-100");
      expect(url).toMatch(new RegExp(`^${server.url}/e/[0-9a-f-]{36}$`));
      expect(run).toMatchObject({ status: "finished", failure: null });
      expect(run.config).toMatchObject({
        kind: "external",
        values: { depth: 18, seed: 0 },
        layers: ["1", "3", "6:input"],
      });
      const series = await seriesOf(run);
      expect(rows).toHaveLength(6);
      let compared = 0;
      for (const { split, step, y, layers, numpy, W, logits, accuracy, loss } of rows) {
        const at = (key: string) => series[key]?.values[series[key]!.steps.indexOf(step)];
        const predictions = logits.map((row) => row.indexOf(Math.max(...row)));
        layers.forEach(([dim, values], l) => {
          near(at(`${split}/nc1.ratio@${l + 1}`), numpy[l]!["nc1.ratio"], `${split} nc1.ratio of layer ${l + 1}`);
          if (split === "test") return;
          near(at(`train/nc1.pinv@${l + 1}`), numpy[l]!["nc1.pinv"], `nc1.pinv of layer ${l + 1}`);
          const features = Float64Array.from(values);
          const statistics = classStatistics(features, y, 4, dim);
          const isLast = l === 2;
          const moments = centredMoments({ features, labels: y, statistics, ...(isLast && { predictions }) });
          const weights = matrix(4, 8, Float64Array.from(W));
          const { values: own }: LayerMetrics = isLast
            ? lastLayerMetrics({ statistics, moments, weights, cosines: cosineGaps(features, y, weights) })
            : hiddenLayerMetrics({ statistics, moments });
          for (const [id, value] of Object.entries(own)) {
            if (id.endsWith(".orthogonal")) continue; // of an objective without bias alone
            near(at(`train/${id}@${l + 1}`), value, `train ${id} of layer ${l + 1} at step ${step}`);
            compared++;
          }
        });
        expect(at(`${split}/accuracy`)).toBe(accuracy);
        expect(at("log/loss")).toBe(loss);
      }
      expect(compared).toBeGreaterThan(60);
    },
  );

  test.skipIf(!numeric)(`measures features that were handed over${lacking(numeric, "numpy")}`, async () => {
    const training = Training.of(numeric!, "features", "Features");
    expect(await training.ended, training.errors).toBe(0);
    const { numpy } = training.said[0] as unknown as { numpy: Row["numpy"][number] };
    const series = await seriesOf(await runOf("Features"));
    expect(series["train/nc1.ratio@1"]!.steps).toEqual([5]);
    near(series["train/nc1.ratio@1"]!.values[0], numpy["nc1.ratio"], "nc1.ratio");
    near(series["train/nc1.pinv@1"]!.values[0], numpy["nc1.pinv"], "nc1.pinv");
  });

  test.skipIf(!torch)(`brings L* and the gap of an objective${lacking(torch, "numpy and torch")}`, async () => {
    const training = Training.of(torch!, "objective", "With an objective");
    expect(await training.ended, training.errors).toBe(0);
    const run = await runOf("With an objective");
    const series = await seriesOf(run);
    for (const key of ["fit", "loss", "ridge.head", "ridge.features", "ridge.hidden", "gap.total", "gap.head"])
      expect(series[`train/${key}`]?.values, key).toHaveLength(1);
    expect(run.optimum!.loss).toBeGreaterThan(0);
    expect(training.errors).toBe("");
  });

  test.skipIf(!plain)(
    `trains on while its server is away, and delivers each event once${lacking(plain, "anything")}`,
    async () => {
      const program = numeric ?? plain!;
      const [stays, leaves] = ["Away for a while", "Away until the end"].map((study) =>
        Training.of(program, "steps", study, { timeout: study.endsWith("end") ? 0 : 60 }),
      ) as [Training, Training];
      for (const training of [stays, leaves]) for (let step = 0; step < 2; step++) await training.step();
      await server.kill();
      for (const training of [stays, leaves]) for (let step = 2; step < 6; step++) await training.step();
      expect(await leaves.ended, leaves.errors).toBe(0);
      expect(leaves.errors).toContain("were not delivered: python");
      server = await TestServer.start({ singleUser: false, dataDir: join(place, "data"), port: server.port });
      await server.signIn();
      expect(await stays.ended, stays.errors).toBe(0);
      expect(existsSync(folderOf("Away for a while"))).toBe(true);
      expect(readdirSync(folderOf("Away for a while")).filter((name) => name.endsWith(".ndjson"))).toEqual([]);
      const synced = await sync(folderOf("Away until the end"));
      expect(synced.code, synced.output).toBe(0);
      expect(synced.output).toMatch(/\d+ events delivered, 0 left/);
      for (const study of ["Away for a while", "Away until the end"]) {
        const run = await runOf(study);
        expect(run, study).toMatchObject({ status: "finished" });
        const series = await seriesOf(run);
        expect(series["log/loss"]).toEqual({ steps: [0, 1, 2, 3, 4, 5], values: [10, 9, 8, 7, 6, 5] });
        if (numeric) expect(series["train/nc1.ratio@1"]!.steps).toEqual([0, 1, 2, 3, 4, 5]);
      }
      expect((await sync(folderOf("Away until the end"))).output).toContain("0 events delivered, 0 left");
    },
  );

  test.skipIf(!plain)(
    `that was killed is delivered by sync, and its next start is the next attempt${lacking(plain, "anything")}`,
    async () => {
      const study = "Killed";
      const first = Training.of(plain!, "steps", study, { url: "http://127.0.0.1:9" });
      for (let step = 0; step < 4; step++) await first.step();
      first.child.kill("SIGKILL");
      await first.ended;
      // Without a token, and with one that may not log, nothing is lost.
      const without = await sync(folderOf(study), { COLLAPSAR_TOKEN: "" });
      expect(without.code).toBe(1);
      expect(without.output).toContain("no token was given");
      const wrong = await sync(folderOf(study), { COLLAPSAR_TOKEN: reader });
      expect(wrong.code).toBe(1);
      expect(wrong.output).toContain("the token is wrong, expired, revoked or not of scope log");
      expect((await sync(folderOf(study))).code).toBe(0);
      const run = await runOf(study);
      expect((await seriesOf(run))["log/loss"]).toEqual({ steps: [0, 1, 2, 3], values: [10, 9, 8, 7] });
      expect(run).toMatchObject({
        status: "failed",
        failure: { message: "The training's process ended without reporting why: it was killed, or its machine stopped." },
      });
      const again = Training.of(plain!, "steps", study);
      for (let step = 0; step < 6; step++) await again.step();
      expect(await again.ended, again.errors).toBe(0);
      const finished = await runOf(study);
      expect(finished).toMatchObject({ id: run.id, status: "finished" });
      expect(finished.attempts.map(({ number, outcome }) => [number, outcome?.code])).toEqual([
        [1, "CRASHED"],
        [2, "FINISHED"],
      ]);
      expect((await seriesOf(finished))["log/loss"]).toEqual({ steps: [0, 1, 2, 3, 4, 5], values: [10, 9, 8, 7, 6, 5] });
    },
  );

  test.skipIf(!plain)(`ends well with a bad token or a wrong address${lacking(plain, "anything")}`, async () => {
    const { id, token: revoked } = await makeApiToken(server, "log");
    await server.call("account.revokeToken", { id });
    for (const [study, more, words] of [
      ["Unknown token", { token: "not-a-token" }, "the token is wrong, expired, revoked or not of scope log"],
      ["Revoked token", { token: revoked }, "the token is wrong, expired, revoked or not of scope log"],
      ["Token to read", { token: reader }, "the token is wrong, expired, revoked or not of scope log"],
      ["Wrong path", { url: `${server.url}/elsewhere` }, "refuses this run"],
      ["No server", { url: "http://127.0.0.1:9" }, "http://127.0.0.1:9 does not answer"],
      ["No address", { url: "collapsar.example.org" }, "is not the address of a server"],
    ] as const) {
      const training = Training.of(plain!, "steps", study, { timeout: 0.2, ...more });
      for (let step = 0; step < 6; step++) await training.step();
      expect(await training.ended, `${study}: ${training.errors}`).toBe(0);
      expect(training.errors, study).toContain(words);
      expect(training.errors, study).not.toMatch(/Traceback|not-a-token/);
    }
  });

  test.skipIf(!plain)(
    `marks a run failed with the exception of its training, which stays the training's own${lacking(plain, "anything")}`,
    async () => {
      const training = Training.of(plain!, "raises", "Mistaken");
      expect(await training.ended).toBe(1);
      expect(training.errors.trim().split("\n").at(-1)).toBe("ValueError: my own mistake");
      expect(await runOf("Mistaken")).toMatchObject({ status: "failed", failure: { message: "ValueError: my own mistake" } });
    },
  );

  test.skipIf(!torch)(
    `says in the run's log what could not be measured, and measures the rest${lacking(torch, "numpy and torch")}`,
    async () => {
      const training = Training.of(torch!, "hostile", "Hostile");
      expect(await training.ended, training.errors).toBe(0);
      const run = await runOf("Hostile");
      expect(run.status).toBe("finished");
      const lines = (await linesOf(run)).join("\n");
      for (const words of [
        "log: loss is nan at step 0: it is left out where it is not finite",
        "measure: layer '3' has a feature that is not finite",
        "measure: the loader gave no samples for the train set at step 2",
        "measure: the model has no layer 'layer9': it has 0, 1, 2, 3, 4, 5, 6",
        "layer '1' is called more than once in a forward pass: its last call is measured",
      ])
        expect(lines).toContain(words);
      const series = await seriesOf(run);
      expect(series["log/accuracy"]).toEqual({ steps: [0], values: [0.5] });
      const [alone, headed, twice] = ["3", "6:input", "1"].map((name) => (run.config.layers as string[]).indexOf(name) + 1);
      expect(series[`train/nc1.ratio@${alone}`]!.steps).toEqual([5, 6]);
      expect(series[`train/nc1.ratio@${twice}`]!.steps).toEqual([7]);
      // A class without samples: no number, and the reason.
      expect(series[`train/nc1.ratio@${headed}`]).toBeUndefined();
      expect(run.missing[`train/nc1.ratio@${headed}`]).toMatch(/class/);
      expect(series["log/loss"]).toEqual({ steps: [8], values: [1] });
    },
  );
});
