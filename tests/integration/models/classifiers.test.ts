import { describe, expect, test } from "vitest";
import { matrix, multiply } from "../../../math/linear/matrix.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeObserver } from "../../../workers/measure/observer.ts";
import { runOptimum } from "../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { classifierOf, initializeParameters, parameterSlice, sizeOf } from "../../../workers/models/parameterLayout.ts";
import { makeTrainer } from "../../../workers/training/train.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";
import { referenceObjective } from "../../unit/workers/models/referenceNetwork.ts";

const compiled = await createEngine({ device: "cpu", engine: "compiled" });
const eager = await createEngine({ device: "cpu", engine: "eager" });

const kinds = [
  { name: "two linear layers", classifier: { name: "linear", layers: 2 }, headBias: true },
  { name: "three linear layers, squared error", classifier: { name: "linear", layers: 3 }, loss: "mse" },
  { name: "temperature", classifier: { name: "normalized", temperature: 5 }, headBias: true },
  { name: "temperature and unit rows", classifier: { name: "normalized", temperature: 5, unitRows: true } },
  { name: "fixed simplex", classifier: { name: "fixed-simplex" } },
  { name: "fixed simplex, smoothed labels", classifier: { name: "fixed-simplex" }, smoothing: 0.1 },
  { name: "dot regression", loss: "dot-regression" },
];

describe.each(kinds)("$name", ({ name: _, ...kind }) => {
  const config = smallRun({ ...kind, depth: 2, width: 6 });
  const data = dataOf(config);
  const network = defineNetwork(config, data);
  const parameters = initializeParameters(network.parameters, 3);

  test("the compiled gradient is the derivative of J, and the eager one the same; what is fixed has none", async () => {
    const gradient = await gradientBy(compiled, config, data, parameters);
    const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const point = Float64Array.from(parameters);
    let at = 0;
    for (const spec of network.parameters)
      for (const end = at + sizeOf(spec); at < end; at++) {
        if (spec.fixed) {
          expect(gradient[at]).toBe(0);
          continue;
        }
        const h = 1e-5;
        const J = (value: number) => {
          const moved = point.slice();
          moved[at] = value;
          return referenceObjective(config, network.parameters, moved, data.train);
        };
        const difference = (J(point[at] + h) - J(point[at] - h)) / (2 * h);
        expect(Math.abs(gradient[at] - difference) / size, `${spec.name}, entry ${at}`).toBeLessThan(2e-5);
      }
    const other = await gradientBy(eager, config, data, parameters);
    for (let i = 0; i < gradient.length; i++) expect(Math.abs(gradient[i] - other[i]) / size).toBeLessThan(2e-6);
  });

  test("on the device and on the host the same is measured; J is that of the definitions, and never below L*", async () => {
    const optimum = runOptimum(config, data.resolved.trainCounts);
    const at = async (place: "host" | "device") => {
      const observer = await makeObserver(compiled, config, network, data, optimum, { place });
      const { values, missing } = await observer.observe(0, { parameters });
      await observer.dispose();
      return { values, missing };
    };
    const [host, device] = [await at("host"), await at("device")];
    expect(device.missing).toEqual(host.missing);
    for (const [key, value] of Object.entries(host.values))
      expect(Math.abs(device.values[key] - value), key).toBeLessThanOrEqual(1e-7 * Math.abs(value) + 1e-9);
    const J = referenceObjective(config, network.parameters, parameters, data.train);
    expect(Math.abs(host.values["train/loss"] / J - 1)).toBeLessThan(1e-6);
    if (optimum.method === "none") expect(host.missing["train/gap.total"]).toBe(optimum.reason);
    else expect(host.values["train/loss"]).toBeGreaterThan(optimum.loss);
  });
});

test("W of several layers is their product; with unit rows it has them", () => {
  const product = smallRun({ classifier: { name: "linear", layers: 3 } });
  const network = defineNetwork(product, dataOf(product));
  const flat = initializeParameters(network.parameters, 1);
  const of = (name: string, rows: number) => matrix(rows, 8, Float64Array.from(parameterSlice(flat, network.parameters, name)));
  const expected = multiply(of("W3", 3), multiply(of("W3.2", 8), of("W3.1", 8)));
  classifierOf(flat, network).data.forEach((entry, i) => {
    expect(Math.abs(entry - expected.data[i])).toBeLessThan(1e-12);
  });
  const unit = smallRun({ classifier: { name: "normalized", temperature: 5, unitRows: true } });
  const other = defineNetwork(unit, dataOf(unit));
  const rows = classifierOf(initializeParameters(other.parameters, 1), other);
  for (let k = 0; k < 3; k++) expect(Math.hypot(...rows.data.subarray(8 * k, 8 * k + 8))).toBeCloseTo(1, 14);
});

const optimizers = [{ name: "sgd" }, { name: "adam" }, { name: "signum" }, { name: "muon" }];
test.each(optimizers)(
  "a fixed simplex stays where it is, whatever moves the others ($name), and is another one of another seed",
  async (optimizer) => {
    const config = smallRun({
      loss: "dot-regression",
      training: { steps: 5, optimizer },
      regularizer: { family: "adamw", lambda: 0.1 },
    });
    const data = dataOf(config);
    const network = defineNetwork(config, data);
    const parameters = initializeParameters(network.parameters, 1);
    const trainer = await makeTrainer(compiled, config, network, data, { parameters: parameters.slice() });
    for await (const { fit } of trainer.train(0)) expect(fit).toBeGreaterThan(0);
    const { parameters: after } = await trainer.step.readState();
    await trainer.dispose();
    const [before, moved] = [classifierOf(parameters, network), classifierOf(after, network)];
    expect(moved.data).toEqual(before.data);
    expect(parameterSlice(after, network.parameters, "W1")).not.toEqual(parameterSlice(parameters, network.parameters, "W1"));
    for (let k = 0; k < 3; k++)
      for (let l = 0; l < 3; l++) {
        let [product, sum] = [0, 0];
        for (let j = 0; j < 8; j++) {
          product += before.data[8 * k + j] * before.data[8 * l + j];
          sum += before.data[8 * k + j];
        }
        expect(product).toBeCloseTo(k === l ? 1 : -0.5, 6);
        expect(sum).toBeCloseTo(0, 6);
      }
    expect(classifierOf(initializeParameters(network.parameters, 2), network).data).not.toEqual(before.data);
  },
);

test.each([
  [
    { loss: "dot-regression", width: 4, dataset: { id: "random-labels", classes: 6, dimension: 4 } },
    "needs a width of at least 5, and it is 4",
  ],
  [{ classifier: { name: "fixed-simplex" }, headBias: true }, "has no bias"],
])("%j is refused", (overrides, message) => {
  const config = smallRun(overrides);
  expect(() => defineNetwork(config, dataOf(config))).toThrow(message);
});
