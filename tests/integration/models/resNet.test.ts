import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { resNetDepths } from "../../../contract/config/resNet.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { makeFeatureReader } from "../../../workers/measure/featureReader.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import type { ParameterSpec } from "../../../workers/models/network.ts";
import { initializeParameters, sizeOf } from "../../../workers/models/parameterLayout.ts";
import { makeTrainer } from "../../../workers/training/train.ts";
import { imageRun } from "../../unit/workers/data/tokenData.ts";
import { expectSummary, type Summary, summary } from "../../unit/workers/models/vectorSummary.ts";

tf.enableProdMode();
const engines = [
  await createEngine({ device: "cpu", engine: "compiled" }),
  await createEngine({ device: "cpu", engine: "eager" }),
] as const;

interface Reference {
  fits: number[];
  velocity: Record<string, Summary>;
  parameters: Record<string, Summary>;
  logits: number[];
  features: Summary[];
}
/** PyTorch's, in float64: made by resNetReference.py, which has the formulas of all first values and inputs. */
const references: Record<string, Reference> = JSON.parse(readFileSync(new URL("resNetReference.json", import.meta.url), "utf8"));

const [channels, height, width, samples, classes, d] = [3, 9, 8, 24, 3, 16];

function referenceRun(depth: number): ReturnType<typeof imageRun> {
  const { config, data } = imageRun({
    architecture: "resnet",
    patch: undefined,
    depth,
    width: d,
    headBias: true,
    regularizer: { family: "weights", lambda: 0.005, decayed: "all" },
    training: {
      steps: 2,
      batch: "full",
      learningRate: 0.01,
      optimizer: { name: "sgd", momentum: 0.9 },
      schedule: { name: "constant" },
    },
  });
  const dimension = channels * height * width;
  const inputs = Float32Array.from({ length: samples * dimension }, (_, i) => Math.sin(0.37 * i ** 1.5));
  const set = { count: samples, inputs, labels: Uint16Array.from({ length: samples }, (_, i) => i % classes) };
  const input = { kind: "image", channels, height, width } as const;
  return { config, data: { ...data, input, dimension, train: set, test: set } };
}

function firstValues(specs: ParameterSpec[]): Float32Array {
  const waved = (spec: ParameterSpec, at: number) =>
    Array.from({ length: sizeOf(spec) }, (_, i) => {
      const wave = Math.sin(1.7 * i + at);
      const kinds: Record<string, number> = { g: 1 + 0.3 * wave, b: 0.2 * wave, m: 0.1 * wave, v: 1 + 0.2 * wave };
      return kinds[spec.name[0]] ?? (2 * wave) / Math.sqrt(spec.shape[1]);
    });
  return Float32Array.from(specs.flatMap(waved));
}

function pieces(specs: ParameterSpec[], flat: Float32Array): Record<string, Float32Array> {
  let at = 0;
  const parts: Record<string, Float32Array> = {};
  for (const spec of specs) {
    parts[spec.name] = flat.subarray(at, at + sizeOf(spec));
    at += sizeOf(spec);
  }
  return parts;
}

describe.each(engines.map((engine) => [engine.choice.engine, engine] as const))("%s", (_name, engine) => {
  test.each(resNetDepths)("ResNet-%i: loss, gradients, running statistics and features are PyTorch's", async (depth) => {
    const { config, data } = referenceRun(depth);
    const network = defineNetwork(config, data);
    const specs = network.parameters;
    const reference = references[depth];
    const fits: number[] = [];
    const parameters = firstValues(specs);
    const trainer = await makeTrainer(engine, config, network, data, { parameters, velocity: parameters.map(() => 0) });
    let first: Record<string, Float32Array> = {};
    for await (const { step, fit } of trainer.train(0)) {
      fits.push(fit);
      if (step === 1) first = pieces(specs, (await trainer.step.readState()).velocity);
    }
    expect(Math.abs(fits[0] / reference.fits[0] - 1)).toBeLessThan(1e-5);
    // In the second step float32's rounding of the first has passed through every layer.
    const within = depth === 34 ? 1e-4 : 1e-5;
    expect(Math.abs(fits[1] / reference.fits[1] - 1)).toBeLessThan(within);
    const gradient = Math.hypot(...Object.values(reference.velocity).map(([norm]) => norm));
    const missed = Object.entries(reference.velocity).map(([name, [norm]]) => summary(first[name])[0] - norm);
    expect(Math.hypot(...missed) / gradient).toBeLessThan(1e-5);
    // What is left of gradients that nearly cancel within one vector has fewer digits.
    for (const [name, values] of Object.entries(reference.velocity))
      expectSummary(first[name], values, `velocity of ${name}`, 3e-5);
    const last = pieces(specs, (await trainer.step.readState()).parameters);
    expect(Object.keys(last)).toEqual(Object.keys(reference.parameters));
    for (const [name, values] of Object.entries(reference.parameters)) expectSummary(last[name], values, name, within);
    // Evaluation, in place: by the running statistics.
    const reader = await makeFeatureReader(engine, network, [data.train]);
    for await (const { logits, features } of reader.read(data.train, trainer.step)) {
      expectSummary(logits, summary(reference.logits), "logits", within);
      expect(features).toHaveLength(reference.features.length);
      features.forEach((layer, l) => {
        expectSummary(withoutPadding(layer), reference.features[l], `features of layer ${l + 1}`, within);
      });
    }
    await reader.dispose();
    await trainer.dispose();
  });
});

/** Without the zeros that fill a sample's features up to d. */
function withoutPadding(layer: Float32Array): Float32Array {
  const used = Array.from({ length: d }, (_, j) => layer.some((value, i) => i % d === j && value !== 0)).lastIndexOf(true) + 1;
  const count = [1, 2, 4, 8, 16].find((n) => n >= used) as number;
  return Float32Array.from({ length: samples * count }, (_, i) => layer[Math.floor(i / count) * d + (i % count)]);
}

test("a run begins with He's deviations by fan-out, scales of 1 and statistics of a normal batch", () => {
  const { config, data } = referenceRun(18);
  const network = defineNetwork(config, data);
  const first = pieces(network.parameters, initializeParameters(network.parameters, 3));
  const filter = first["W8.2"]; // 16 maps of 9 · 16 weights
  expect(summary(filter)[0] / Math.sqrt(filter.length)).toBeCloseTo(Math.sqrt(2 / (9 * 16)), 2);
  expect(new Set(first["g8.2"])).toEqual(new Set([1]));
  expect(new Set(first["v8.2"])).toEqual(new Set([1]));
  expect(new Set([...first["b8.2"], ...first["m8.2"]])).toEqual(new Set([0]));
});
