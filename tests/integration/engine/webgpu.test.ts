import { existsSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Engine, FunctionDefinition } from "../../../workers/engine/engine.ts";
import { traceStep } from "../../../workers/engine/traceDefinition.ts";
import { makeObserver } from "../../../workers/measure/observer.ts";
import { runOptimum } from "../../../workers/measure/runOptimum.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { deviceTrouble } from "../../../workers/run/deviceTrouble.ts";
import { asFailure } from "../../../workers/run/machineFault.ts";
import { Graph, type Node } from "../../../workers/trace/graph/graph.ts";
import { toOnnx } from "../../../workers/trace/onnx/onnx.ts";
import { oneHot } from "../../../workers/training/batches.ts";
import { defineStep } from "../../../workers/training/defineStep.ts";
import { makeTrainer } from "../../../workers/training/train.ts";
import { type Family, families } from "../../unit/workers/families.ts";
import { expectHostMetrics } from "../../unit/workers/measure/expectHostMetrics.ts";
import { cases as featureCases } from "../../unit/workers/measure/featureCases.ts";
import { keepShaders } from "./keepShaders.ts";

// A GPU of the machine, or else SwiftShader, the software one that comes with Chromium. Set before the Vulkan loader is.
const softwareGpu = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(softwareGpu)) process.env.VK_ICD_FILENAMES ??= softwareGpu;

const cpu = await createEngine({ device: "cpu", engine: "compiled" });
const found = await createEngine({ device: "webgpu" }).catch((error: Error) => error.message);
const isHere = typeof found !== "string";
const webgpu = found as Engine;

test("asking for WebGPU gives it, or says what to do without it", () => {
  const said = isHere ? webgpu.choice.device : found;
  const expected = isHere ? [/^webgpu$/] : [/webgpu/i, /cpu|auto/];
  for (const text of expected) expect(said).toMatch(text);
});

/** First values, five updates, and what is measured before and after them. */
async function trainOn(engine: Engine, { config, data }: ReturnType<Family["run"]>) {
  const network = defineNetwork(config, data);
  const parameters = initializeParameters(network.parameters, config.seed);
  const observer = await makeObserver(engine, config, network, data, runOptimum(config, data.resolved.trainCounts));
  const trainer = await makeTrainer(engine, config, network, data, { parameters });
  const before = await observer.observe(0, { parameters });
  const fits: number[] = [];
  for await (const { fit } of trainer.train(0)) fits.push(fit);
  const after = await observer.observe(fits.length, trainer.step);
  const state = await trainer.step.readState();
  await trainer.dispose();
  await observer.dispose();
  return { parameters, fits, before, after, state };
}

/** The largest difference of two lists, each entry's relative to its size (or to `floor`). */
function farthest(a: ArrayLike<number>, b: ArrayLike<number>, floor: number): number {
  expect(b.length).toBe(a.length);
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]) / Math.max(Math.abs(x), floor)), 0);
}

/**
 * How far float32 may take nc1.pinv, relative: the moments Σ a aᵀ of the products with the class means are rounded to ε of their largest
 * eigenvalue, at most σ_1² tr Σ_W, and a small one is divided by σ_r⁴; with κ = σ_1/σ_r of the means that is ε κ⁴ tr(Σ_W)/tr(Σ_B) of
 * nc1.pinvsum. Seven times ε, as every moment is a sum of as many products as there are samples.
 */
function pinvRounding(values: Record<string, number>, key: string): number {
  const [, metric, layer] = /^train\/(nc1\.pinv(?:sum)?)(@\d+)$/.exec(key) ?? [];
  const condition = values[`train/dnc2${layer}`];
  if (metric === undefined || condition === undefined) return 0;
  return (7 * 2 ** -24 * condition ** 4 * values[`train/nc1.ratio${layer}`]) / values[`train/nc1.pinvsum${layer}`];
}

/** With this setting ONNX Runtime refuses a model of which it would put a part elsewhere. */
const openOnGpuAlone = (model: Uint8Array) =>
  ort.InferenceSession.create(model, {
    executionProviders: ["webgpu"],
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: "1" } },
  });

describe.skipIf(!isHere)("on WebGPU", () => {
  keepShaders(() => webgpu);

  // A software GPU compiles the shaders of every new shape for seconds: those that differ most.
  const tried = /1e-10|1, 2, 100|two classes|64 classes|near zero/;
  test.each(featureCases.filter(([name]) => tried.test(name)))(
    "class sums in float32 give every metric that the host gives in float64: %s",
    async (_, given) => {
      await expectHostMetrics(webgpu, given, 5e-6, 5e-7);
    },
    120_000,
  );

  test.each(families)(
    "training and measuring give what they give on the CPU: $name",
    async ({ run }) => {
      tf.enableProdMode();
      const given = run();
      const [a, b] = [await trainOn(cpu, given), await trainOn(webgpu, given)];
      expect(b.fits).toHaveLength(5);
      expect(farthest(a.fits, b.fits, 1e-3)).toBeLessThan(1e-4);
      for (const name of Object.keys(a.state)) expect(farthest(a.state[name], b.state[name], 1), name).toBeLessThan(1e-4);
      expect(farthest(a.parameters, b.state.parameters, 1)).toBeGreaterThan(1e-2); // it has moved
      for (const [at, tolerance] of [["before", 1e-5] as const, ["after", 2e-4] as const]) {
        const [onCpu, onGpu] = [a[at], b[at]];
        expect(Object.keys(onGpu.values)).toEqual(Object.keys(onCpu.values));
        expect(Object.keys(onGpu.missing)).toEqual(Object.keys(onCpu.missing));
        for (const [key, value] of Object.entries(onCpu.values))
          expect(farthest([value], [onGpu.values[key]], 1e-2), `${at}: ${key}`).toBeLessThan(
            tolerance + pinvRounding(onCpu.values, key),
          );
      }
    },
    900_000,
  );

  test.each(families)("no part of a step falls back to the CPU: $name", async ({ run }) => {
    const { config, data } = run();
    const { train, classes, dimension } = data;
    const { batch } = config.training;
    const whole = {
      x: { shape: [train.count, dimension], data: train.inputs },
      y: { shape: [classes, train.count], data: oneHot(train.labels, classes) },
    };
    const given = batch === "full" ? whole : { batch, of: train.count };
    const { model } = traceStep(defineStep(config, defineNetwork(config, data), given));
    await (await openOnGpuAlone(model)).release();
  });

  test("its products are those of float32", () => {
    expect(webgpu.choice.precision).toBe("float32");
  });

  test("a buffer that no GPU takes is recognized, and the device still computes after it", async () => {
    const repeat = (times: number) =>
      webgpu.compileFunction({
        state: {},
        inputs: { x: { shape: [1] } },
        fn: ({ inputs }) => ({ y: tf.sum(tf.add(tf.tile(inputs.x, [times]), tf.range(0, 1, 1))) }),
      });
    const huge = await repeat(2 ** 30);
    const error = await huge.run({ x: 1 }, {}).catch((error: Error) => error);
    // Dawn says so where the buffer is made or, if ONNX Runtime passed over that, where it is used.
    const [code, text] =
      deviceTrouble(error) === "limit"
        ? ["DEVICE_UNAVAILABLE", /larger buffer than the GPU/]
        : ["CRASHED", /^The GPU ran out of memory/];
    expect(asFailure(error)).toMatchObject({ code, message: expect.stringMatching(text) });
    await huge.dispose();
    const small = await repeat(2 ** 10);
    expect((await small.run({ x: 2 }, {})).y).toEqual(Float32Array.of(2_048));
    await small.dispose();
  });

  test("an operator that the provider lacks would be noticed", async () => {
    const graph = new Graph();
    const x = graph.input("x", [4, 4], "float32");
    const y = graph.node("LogSoftmax", [x], { shape: [4, 4], dtype: "float32" });
    const model = toOnnx({ nodes: [y.node as Node], inputs: [x], constants: [], outputs: [{ name: "y", value: y }] });
    await expect(openOnGpuAlone(model)).rejects.toThrow("fallback to CPU EP has been explicitly disabled");
  });

  test("more pieces than a GPU has places for buffers are cut and joined right, along every axis", async () => {
    for (const axis of [0, 1, 2]) {
      const shape = [3, 2, 2].with(axis, 60);
      const reversed: FunctionDefinition = {
        state: {},
        inputs: { x: { shape } },
        fn: ({ inputs }) => {
          const parts = tf.split(inputs.x, new Array(60).fill(1), axis);
          return { y: tf.concat(parts.map((part, i) => tf.mul(part, i + 1)).reverse(), axis) };
        },
      };
      const x = Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => i);
      const results: number[][] = [];
      for (const engine of [cpu, webgpu]) {
        const compiled = await engine.compileFunction(reversed);
        results.push(Array.from((await compiled.run({ x }, {})).y));
        await compiled.dispose();
      }
      expect(results[1]).toEqual(results[0]);
    }
  });
});
