import { describe, expect, test } from "vitest";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Device, Engine } from "../../../workers/engine/engine.ts";
import { makeObserver } from "../../../workers/measure/observer.ts";
import { type Place, placeOfSums, sumsText } from "../../../workers/measure/placeOfSums.ts";
import { runOptimum } from "../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";

const engine = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

type Run = { config: RunConfig; data: Dataset };
type Overrides = Parameters<typeof smallRun>[0];
const onVectors = (overrides: Overrides): Run => {
  const config = smallRun(overrides);
  return { config, data: dataOf(config) };
};
const ridge = { family: "features", lambdaW: 0.03, lambdaH: 0.002 };
const slack = { family: "slack", lambda: 0.02, rho: 0.3 };
const unequal = { id: "gaussian-clusters", classes: 5, dimension: 4, trainPerClass: 40, testPerClass: 4, imbalance: 0.2 };
const runs: [name: string, run: Run][] = [
  ["RN1, slack", onVectors({ regularizer: slack })],
  [
    "RN2, pre-LN, squared error, unequal classes",
    onVectors({ architecture: "rn2", normalization: "pre-ln", loss: "mse", headBias: true, dataset: unequal }),
  ],
  ["free features", onVectors({ architecture: "ufm", depth: 1, regularizer: { ...ridge, lambdaB: 0.1 }, headBias: true })],
  ["T12 on images", imageRun({ architecture: "t12", heads: 2 })],
  ["T21 on texts", textRun({ architecture: "t21", loss: "mse", regularizer: ridge })],
  ["convolutional network", imageRun({ architecture: "conv", patch: undefined })],
  [
    "200 classes",
    onVectors({
      width: 12,
      depth: 2,
      dataset: { id: "gaussian-clusters", classes: 200, dimension: 24, trainPerClass: 2, testPerClass: 1 },
    }),
  ],
  ["65 classes", onVectors({ dataset: { id: "random-labels", classes: 65, dimension: 4, trainPerClass: 2, testPerClass: 1 } })],
];

async function observe(on: Engine, { config, data }: Run, place: Place, change: (parameters: Float32Array) => void = () => {}) {
  const network = defineNetwork(config, data);
  const observer = await makeObserver(on, config, network, data, runOptimum(config, data.resolved.trainCounts), { place });
  const parameters = initializeParameters(network.parameters, 3);
  change(parameters);
  return observer.observe(7, { parameters }).finally(() => observer.dispose());
}

describe("an observation summed on the device is the one summed on the host", () => {
  test.each(runs)("%s", async (_, run) => {
    const host = await observe(engine, run, "host");
    // Chunks of another size may round a feature in another way.
    for (const [on, tolerance] of [[engine, 2e-6] as const, [eager, 2e-5] as const]) {
      const device = await observe(on, run, "device");
      expect(Object.keys(device.values).sort()).toEqual(Object.keys(host.values).sort());
      expect(Object.keys(device.missing).sort()).toEqual(Object.keys(host.missing).sort());
      for (const [key, value] of Object.entries(host.values))
        expect(Math.abs(device.values[key] - value), `${key} = ${value}`).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
      expect(device.snapshot?.labels).toEqual(host.snapshot?.labels);
      expect(device.snapshot?.samples.length).toBe(host.snapshot?.samples.length);
      device.snapshot?.samples.forEach((value, i) => {
        expect(Math.abs(value - host.snapshot!.samples[i])).toBeLessThan(1e-3);
      });
    }
  });

  test("a loss that is not finite ends the run in the same words", async () => {
    const run = onVectors({});
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      for (const place of ["device", "host"] as const)
        await expect(observe(engine, run, place, (parameters) => parameters.fill(value, 0, 1))).rejects.toThrow(
          /^The loss over the training set is NaN at step 7\.$/,
        );
  });
});

describe("where features are summed", () => {
  const on = (device: Device, how: "compiled" | "eager" = "compiled") =>
    ({ choice: { device, engine: how, provider: "", reason: "" } }) as Engine;
  const set = (count: number) => ({ count, inputs: new Float32Array(0), labels: new Uint16Array(0) });
  const place = (
    engineOf: Engine,
    overrides: Overrides,
    sizes: { train: number; test: number; classes: number; dimension: number },
  ) =>
    placeOfSums(engineOf, smallRun({ training: { steps: 2000 }, ...overrides }), {
      ...sizes,
      train: set(sizes.train),
      test: set(sizes.test),
    } as Dataset);
  const images = { train: 2000, test: 500, classes: 10, dimension: 784 };
  const toy = { train: 100, test: 100, classes: 4, dimension: 10 };

  test.each<[string, Engine, Overrides, typeof images, Place]>([
    ["First light's networks on a CPU", on("cpu"), { depth: 21, width: 64 }, images, "device"],
    ["its smallest", on("cpu"), { depth: 2, width: 64 }, images, "device"],
    ["the toy: compiling takes longer than it saves", on("cpu"), { depth: 13, width: 16 }, toy, "host"],
    ["the toy on a GPU", on("webgpu"), { depth: 13, width: 16 }, toy, "device"],
    [
      "transformers on a CPU, in chunks that fit into the cache",
      on("cpu"),
      { architecture: "t11", width: 64, dataset: { id: "fashion-mnist-mini" } },
      images,
      "host",
    ],
    [
      "transformers on a GPU",
      on("cuda"),
      { architecture: "t11", width: 64, dataset: { id: "fashion-mnist-mini" } },
      images,
      "device",
    ],
    ["more than is held on a CPU", on("cpu"), { depth: 21, width: 512 }, { ...images, train: 60_000 }, "host"],
    ["more than is held on a GPU", on("cuda"), { depth: 34, width: 1024 }, { ...images, train: 60_000 }, "host"],
    ["TensorFlow.js' own kernels on a CPU", on("cpu", "eager"), { depth: 21, width: 64 }, images, "host"],
    ["no test set", on("cuda"), {}, { ...images, test: 0 }, "host"],
  ])("%s", (_, engineOf, overrides, sizes, expected) => {
    expect(place(engineOf, overrides, sizes)).toBe(expected);
  });

  test("a pack of the toy is summed in one call", () => {
    const config = smallRun({ depth: 13, width: 16, training: { steps: 2000 } });
    const data = { ...toy, train: set(100), test: set(100) } as unknown as Dataset;
    expect(placeOfSums(on("cpu"), config, data, 8)).toBe("device");
    expect(sumsText(on("cpu"), config, data)).toBe("class sums in float64 on the host");
    expect(sumsText(on("cpu"), config, data, 8)).toBe("class sums in float64 on the device");
    expect(sumsText(on("cuda"), config, data)).toBe("class sums in float64 on the device");
    expect(sumsText(on("webgpu"), config, data)).toBe("class sums in float32 on the device, of differences from class means");
    expect(sumsText(on("cuda", "eager"), config, data)).toMatch(/^class sums in float32 on the device/);
  });
});
