import { afterAll, beforeAll, expect, test } from "vitest";
import { regularizer } from "../../../contract/config/regularizer.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { TestServer } from "../../support/processes/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ localWorker: true });
});
afterAll(() => server?.stop());

const weak = regularizer.parse({ family: "weights", lambda: 0.001, headLambda: 0.001 });
const networks = (names: ("rn1" | "t11" | "ufm")[]) =>
  names.map((name) => ({ name, normalization: "post-ln" as const, ...(name === "t11" && { definition: 2 as const }) }));

test("next tokens have a floor in place of L*, but for free features; the fit never goes below it, and lists know each class", async () => {
  const config = grid({
    datasets: [datasetConfig.parse({ id: "next-token", tokens: 6, trainSamples: 300, testSamples: 100, exponent: 0.5 })],
    architectures: networks(["rn1", "t11", "ufm"]),
    regularizers: [weak],
    training: trainingConfig.parse({ steps: 150, learningRate: 0.01 }),
  });
  const { runs } = await launch(server, config);
  for (const { id, config: of } of runs) {
    const row = await untilStatus(server, id, "finished", 400_000);
    const isFree = of.architecture === "ufm";
    const { ambiguity, optimum, last } = row;
    expect(ambiguity?.ambiguous).toBeGreaterThan(200);
    expect(ambiguity?.entropy).toBeGreaterThan(0.5);
    expect(last["train/flatness"]).toBeGreaterThan(0);
    const { dataset } = await server.call("runs.get", { id });
    expect(dataset?.ambiguity).toEqual(ambiguity);
    expect(dataset?.input).toEqual({ kind: "tokens", length: 2, vocabulary: 6 });
    const [fit] = await server.call("runs.series", { id, keys: ["train/fit"], maxPoints: 500 });
    if (isFree) {
      expect(optimum?.loss).toBeGreaterThan(0);
      expect(last["train/gap.total"]).toBeGreaterThan(0);
      continue;
    }
    expect(Math.min(...(fit!.values as number[]))).toBeGreaterThan(ambiguity!.entropy);
    expect(last["train/accuracy"]).toBeLessThanOrEqual(ambiguity!.accuracy);
    expect(optimum).toMatchObject({
      method: "none",
      loss: null,
      reason: expect.stringMatching(/have an input that has other labels too/),
    });
    expect(last["train/gap.total"]).toBeUndefined();
    const { lists } = await server.call("runs.lists", {
      id,
      keys: [`train/nc1.class@${of.architecture === "t11" ? 3 : 2}:*`],
      latest: row.step,
    });
    expect(Object.values(lists)[0]).toHaveLength(6);
  }
}, 600_000);

test("modular addition has equal classes and so L* in closed form under coupled decay, and none under decoupled decay", async () => {
  const config = grid({
    datasets: [datasetConfig.parse({ id: "modular-addition", modulus: 5, trainShare: 0.6 })],
    architectures: networks(["rn1", "t11"]),
    regularizers: [weak, regularizer.parse({ family: "adamw", lambda: 1 })],
    training: trainingConfig.parse({ steps: 100, learningRate: 0.01 }),
  });
  const { runs } = await launch(server, config);
  for (const { id, config: of } of runs) {
    const { optimum, last, ambiguity } = await untilStatus(server, id, "finished", 400_000);
    expect(ambiguity).toBeUndefined();
    expect(last["train/flatness"]).toBeGreaterThan(0);
    if (of.regularizer.family === "weights") {
      expect(optimum).toMatchObject({ method: "closed-form", geometry: "simplex" });
      expect(last["train/gap.total"]).toBeGreaterThan(0);
    } else expect(optimum?.method).toBe("none");
  }
}, 600_000);

test("a language in which a token never follows ends its run with what to change", async () => {
  const dataset = datasetConfig.parse({ id: "next-token", tokens: 100, trainSamples: 100, exponent: 2 });
  const { runs } = await launch(server, grid({ datasets: [dataset] }));
  const row = await untilStatus(server, runs[0]!.id, "failed", 400_000);
  expect(row.failure?.message).toMatch(/follows none of the 100 training contexts.*choose more training samples/);
}, 600_000);
