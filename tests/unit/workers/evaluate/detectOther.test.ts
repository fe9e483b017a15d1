import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { Failure } from "../../../../contract/failure.ts";
import { detectionScores } from "../../../../contract/metrics/detectionScores.ts";
import { seriesKey } from "../../../../contract/metrics/seriesKey.ts";
import { type Evaluation, evaluation, type RunEvent } from "../../../../contract/wire/runEvents.ts";
import type { Checkpoint } from "../../../../workers/checkpoints/checkpointFile.ts";
import type { Dataset } from "../../../../workers/data/dataset.ts";
import { makeOtherSet } from "../../../../workers/data/otherSet.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../../workers/models/defineNetwork.ts";
import { classifierOf } from "../../../../workers/models/parameterLayout.ts";
import { executeRun } from "../../../support/builders/executeRun.ts";
import { dataOf, smallRun } from "../builders.ts";

const second = { id: "random-labels", classes: 2, dimension: 4, trainPerClass: 5, testPerClass: 20 };
const other = { dataset: second, samples: 15, rank: 2, alpha: 0.01, temperature: 2 };
const config = smallRun({ other, training: { steps: 60, learningRate: 0.02 } });

interface Lived {
  events: RunEvent[];
  saved: Checkpoint[];
  ended: Failure | null;
}

async function live(
  of: RunConfig,
  { resumeFrom = null, stopAt }: { resumeFrom?: Checkpoint | null; stopAt?: (saved: RunEvent[]) => boolean } = {},
): Promise<Lived> {
  const events: RunEvent[] = [];
  const saved: Checkpoint[] = [];
  const reason = new Failure("WORKER_LOST", "worker stopped");
  const ended: Failure | null = await executeRun({
    config: of,
    places: { folder: null, cache: "/nowhere" },
    device: "cpu",
    threads: 1,
    emit: (event) => events.push(event),
    progress: () => {},
    resumeFrom,
    saveCheckpoint: (checkpoint) => saved.push(structuredClone(checkpoint)),
    interruption: () => (stopAt?.(events) ? { checkpoint: true, reason } : null),
    checkpointEveryMs: 1e9,
    keepResults: async () => null,
  }).then(
    () => null,
    (error) => error,
  );
  return { events, saved, ended };
}

const measured = ({ events }: Lived) => events.flatMap((event) => (event.kind === "measurement" ? [event] : []));
const found = ({ events }: Lived): Evaluation =>
  events.flatMap((event) => (event.kind === "evaluation" ? [event.evaluation] : []))[0];
const nc5s = (lived: Lived) =>
  measured(lived).map(({ step, values }) => [step, ...[1, 2, 3].map((layer) => values[`other/nc5@${layer}`])]);

/** The last layer's features and the logits of a set, by the parameters of a checkpoint. */
async function featuresOf(of: RunConfig, parameters: Float32Array) {
  const data = dataOf(of);
  const engine = await createEngine({ device: "cpu" });
  const network = defineNetwork(of, data);
  const reader = await makeFeatureReader(engine, network, [data.train, data.test]);
  const read = async (set: Dataset["train"]) => {
    const [rows, logits]: [number[][], number[][]] = [[], []];
    for await (const chunk of reader.read(set, { parameters })) {
      const last = chunk.features.at(-1) as Float32Array;
      for (let i = 0; i < chunk.count; i++) {
        rows.push([...last.subarray(i * network.width, (i + 1) * network.width)]);
        logits.push([...chunk.logits.subarray(i * data.classes, (i + 1) * data.classes)]);
      }
    }
    return { rows, logits };
  };
  const set = makeOtherSet({ samples: 15 }, dataOf(smallRun({ dataset: second })), data).set;
  const [train, tested, others] = [await read(data.train), await read(data.test), await read(set)];
  const weights = classifierOf(parameters, network);
  await reader.dispose();
  return { data, train, tested, others, weights };
}

const meanOf = (rows: number[][]) => (rows[0] ?? []).map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
const dot = (a: number[], b: number[]) => a.reduce((sum, value, j) => sum + value * b[j], 0);
const allPairs = (known: number[], others: number[]) =>
  known.reduce((sum, s) => sum + others.reduce((won, t) => won + (s > t ? 1 : s === t ? 0.5 : 0), 0), 0) /
  (known.length * others.length);

describe("a run with a second set", () => {
  test("has NC5 of every layer at every measurement, and AUROC and FPR95 of every score", async () => {
    const lived = await live(config);
    expect(lived.ended).toBe(null);
    for (const [, ...values] of nc5s(lived)) for (const value of values) expect(value).toBeGreaterThanOrEqual(0);
    const all = found(lived);
    expect(evaluation.parse(all)).toEqual(all);
    const out = all.outOfDistribution!;
    expect(out).toMatchObject({ samples: 15, missing: {}, parameters: { rank: 2, alpha: 0.01, temperature: 2 } });
    expect(out.scores.map(({ known, score }) => `${known}/${score}`)).toEqual(
      ["train", "test"].flatMap((known) => detectionScores.map((score) => `${known}/${score}`)),
    );

    // Against sums over all pairs, from the features of the last checkpoint.
    const { data, train, tested, others, weights } = await featuresOf(config, lived.saved.at(-1)!.state.parameters);
    const means = Array.from({ length: data.classes }, (_, k) => meanOf(train.rows.filter((_, i) => data.train.labels[i] === k)));
    const mean = meanOf(others.rows);
    const cosines = means.map((one) => Math.abs(dot(one, mean)) / Math.sqrt(dot(one, one) * dot(mean, mean)));
    const nc5 = cosines.reduce((a, b) => a + b) / cosines.length;
    expect(Math.abs(measured(lived).at(-1)!.values[seriesKey("other", "nc5", 3)] / nc5 - 1)).toBeLessThan(1e-10);
    const centre = meanOf(train.rows);
    const nci = ({ rows, logits }: typeof train) =>
      rows.map((h, i) => {
        const best = logits[i].indexOf(Math.max(...logits[i]));
        const away = h.map((value, j) => value - centre[j]);
        const along = away.reduce((sum, value, j) => sum + value * weights.data[best * weights.cols + j], 0);
        return along / Math.sqrt(dot(away, away)) + 0.01 * h.reduce((sum, value) => sum + Math.abs(value), 0);
      });
    const energies = ({ logits }: typeof train) =>
      logits.map((z) => 2 * Math.log(z.reduce((sum, v) => sum + Math.exp(v / 2), 0)));
    const of = (score: string, known: string) => out.scores.find((one) => one.score === score && one.known === known)!.auroc;
    expect(of("maxlogit", "test")).toBeCloseTo(
      allPairs(
        tested.logits.map((z) => Math.max(...z)),
        others.logits.map((z) => Math.max(...z)),
      ),
      12,
    );
    expect(of("energy", "train")).toBeCloseTo(allPairs(energies(train), energies(others)), 12);
    expect(of("nci", "test")).toBeCloseTo(allPairs(nci(tested), nci(others)), 12);
  });

  test("resumes in the middle to the same numbers, and refuses another second set there", async () => {
    const whole = await live(config);
    const cut = await live(config, {
      stopAt: (events) => events.some((event) => event.kind === "measurement" && event.step >= 20),
    });
    expect(cut.ended).toMatchObject({ code: "WORKER_LOST" });
    const checkpoint = cut.saved.at(-1)!;
    expect(checkpoint.step).toBeLessThan(60);
    const rest = await live(config, { resumeFrom: checkpoint });
    expect(rest.ended).toBe(null);
    expect([...nc5s(cut), ...nc5s(rest)]).toEqual(nc5s(whole));
    expect(found(rest)).toEqual(found(whole));
    const changed = await live(config, { resumeFrom: { ...checkpoint, other: "0".repeat(64) } });
    expect(changed.ended).toMatchObject({ code: "DATASET_CHANGED" });
    expect(changed.ended?.message).toContain('The second data set "Random labels" is not the one');
  });

  test("of the first set itself says that nothing tells them apart", async () => {
    const { scores } = found(await live(smallRun({ ...config, other: { dataset: config.dataset } }))).outOfDistribution!;
    for (const { known, auroc } of scores) if (known === "test") expect(auroc).toBe(0.5);
  });

  test("leaves out NECO of all directions, and everything for free features, with the reason", async () => {
    const narrow = found(await live(smallRun({ ...config, other: { ...other, rank: 8 } }))).outOfDistribution!;
    expect(narrow.missing.neco).toContain("the 8 directions of NECO are all of 8 features");
    expect(narrow.scores).toHaveLength(10);
    const free = await live(smallRun({ other, architecture: "ufm", depth: 1 }));
    expect(free.ended).toBe(null);
    expect(found(free).outOfDistribution).toBe(null);
    expect(found(free).missing.outOfDistribution).toContain("computed from no input");
    expect(measured(free)[0].missing["other/nc5@1"]).toContain("computed from no input");
  });

  test("of another shape ends before anything is trained, and names both", async () => {
    const { ended, events } = await live(smallRun({ ...config, other: { dataset: { ...second, dimension: 7 } } }));
    expect(ended?.message).toContain("vectors of 4 numbers, the second data set has vectors of 7 numbers");
    expect(measured({ events, saved: [], ended })).toEqual([]);
  });
});

test("pictures of a second set are standardized by the numbers of the first", () => {
  const image = { kind: "image" as const, channels: 1, height: 1, width: 2 };
  const of = (mean: number, deviation: number, pixels: number[]): Dataset => {
    const inputs = Float32Array.from(pixels, (pixel) => (pixel - mean) / deviation);
    const set = { count: pixels.length / 2, inputs, labels: new Uint16Array(pixels.length / 2) };
    return { ...dataOf(smallRun()), dimension: 2, input: image, pixel: { mean, deviation }, train: set, test: set };
  };
  const { set } = makeOtherSet({ samples: 2 }, of(0.5, 0.25, [0, 1, 0.5, 0.25, 0.75, 0.125, 1, 0]), of(0.25, 0.5, [0, 1]));
  expect(set.count).toBe(2);
  expect([...set.inputs]).toEqual([-0.5, 1.5, 1, -0.25]);
});
