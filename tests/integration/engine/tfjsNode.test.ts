import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { type Architecture, architectures, hasFreeFeatures, isTransformer } from "../../../contract/config/architecture.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { Dataset } from "../../../workers/data/dataset.ts";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { createEagerEngine } from "../../../workers/engine/eagerEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { loadTfjsNode } from "../../../workers/engine/loadTfjsNode.ts";
import { defineNetwork } from "../../../workers/models/defineNetwork.ts";
import { initializeParameters } from "../../../workers/models/parameterLayout.ts";
import { oneHot } from "../../../workers/training/batches.ts";
import { defineStep } from "../../../workers/training/defineStep.ts";
import { dataOf, smallRun } from "../../unit/workers/builders.ts";
import { imageRun, textRun } from "../../unit/workers/data/tokenData.ts";
import { families } from "../../unit/workers/families.ts";
import { gradientBy } from "../../unit/workers/gradientBy.ts";
import { distance, threeMembers, trainAlone, trainTogether } from "../../unit/workers/pack/members.ts";

// What npm run build:tfjs-node builds, or npm downloads; where it is not, its absence is what there is to test.
const native = await loadTfjsNode("cpu");

const deep = { activation: "relu", regularizer: { family: "features", lambdaW: 0.01, lambdaH: 0.002, lambdaHidden: 0.01 } };

type Case = { name: string; config: RunConfig; data: Dataset };

/** An architecture with each loss and normalization, on every kind of data that it reads. */
function casesOf(architecture: Architecture): Case[] {
  const normalizations = hasFreeFeatures(architecture) ? ["post-ln"] : ["post-ln", architecture === "mlp" ? "none" : "pre-ln"];
  return ["ce", "mse"].flatMap((loss) =>
    normalizations.flatMap((normalization) => {
      const kind = {
        architecture,
        loss,
        normalization,
        depth: architecture === "ufm" ? 1 : 2,
        ...(architecture === "dufm" ? deep : {}),
      };
      const named = (what: string, run: Omit<Case, "name">) => ({
        name: `${architecture} ${normalization} ${loss} ${what}`,
        ...run,
      });
      if (isTransformer(architecture)) return [named("images", imageRun(kind)), named("texts", textRun(kind))];
      if (architecture === "conv") return [named("images", imageRun(kind))];
      if (architecture === "resnet") return [named("images", imageRun({ ...kind, depth: 20 }))];
      const config = smallRun(kind);
      return [named("vectors", { config, data: dataOf(config) })];
    }),
  );
}

const cases = architectures.flatMap(casesOf);

/** Losses of 20 updates of Adam on the full batch; tensors alive must not grow. */
async function train(engine: Engine, { config, data }: Case, parameters: Float32Array): Promise<number[]> {
  const { train, dimension, classes } = data;
  const step = await engine.compileStep(
    defineStep(config, defineNetwork(config, data), {
      x: { shape: [train.count, dimension], data: train.inputs },
      y: { shape: [classes, train.count], data: oneHot(train.labels, classes) },
    }),
  );
  await step.writeState({ parameters });
  const losses: number[] = [];
  let alive = 0;
  for (let k = 1; k <= 20; k++) {
    losses.push((await step.run({ rate: 0.01, step: k })).fit[0]);
    if (k === 1) alive = tf.memory().numTensors;
  }
  expect(tf.memory().numTensors).toBe(alive);
  await step.dispose();
  return losses;
}

if ("missing" in native) {
  describe("without TensorFlow's native add-on", () => {
    test("asking for it says why it is not there and what to do", async () => {
      console.log(`no add-on here: ${native.missing}`);
      const refusal = /device 'cuda' is not available: @tensorflow\/tfjs-node-gpu: .+npm run build:tfjs-node/;
      await expect(createEngine({ device: "cuda", engine: "eager" })).rejects.toThrow(refusal);
      const { choice } = await createEngine({ device: "cpu", engine: "eager" });
      expect(choice.provider).toBe("tfjs cpu");
      expect(choice.reason).toContain("npm run build:tfjs-node");
    });
  });
} else {
  describe("TensorFlow's native add-on", async () => {
    const engine = await createEngine({ device: native.cuda ? "cuda" : "cpu", engine: "eager" });
    const plain = createEagerEngine("cpu", {
      device: "cpu",
      engine: "eager",
      provider: "tfjs cpu",
      reason: "to compare",
      precision: "float32",
    });

    test("is what the eager engine computes on", async () => {
      expect(engine.choice).toMatchObject({ engine: "eager", provider: native.package });
      const where = await engine.compileFunction({
        state: {},
        inputs: {},
        fn: () => ({ native: tf.scalar(Number(tf.getBackend() === "tensorflow")) }),
      });
      expect([...(await where.run({}, {})).native]).toEqual([1]);
    });

    test.each(families)("a pack trains each run as it trains alone: $name", async ({ run }) => {
      const members = threeMembers(run(), 3);
      const together = await trainTogether(engine, members, 3);
      const alive = tf.memory().numTensors;
      for (const [i, member] of members.entries()) {
        const alone = await trainAlone(engine, member, 3);
        for (const [k, fit] of alone.fits.entries()) expect(Math.abs(together[i].fits[k] / fit - 1)).toBeLessThan(1e-4);
        for (const name of Object.keys(alone.last))
          expect(distance(alone.last[name], together[i].last[name]), `${name} of member ${i}`).toBeLessThan(1e-4);
      }
      expect(tf.memory().numTensors).toBe(alive);
    });

    test.each(cases)("$name: loss, gradient and 20 steps are those of the JavaScript kernels", async (one) => {
      const parameters = initializeParameters(defineNetwork(one.config, one.data).parameters, 5);
      for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = 0.1 * Math.sin(i); // biases too
      const [ours, theirs] = [
        await gradientBy(engine, one.config, one.data, parameters),
        await gradientBy(plain, one.config, one.data, parameters),
      ];
      const size = Math.hypot(...theirs);
      expect(size).toBeGreaterThan(1e-3);
      expect(Math.hypot(...ours.map((g, i) => g - theirs[i])) / size).toBeLessThan(1e-5);
      const [losses, expected] = [await train(engine, one, parameters), await train(plain, one, parameters)];
      expect(expected[19]).not.toBeCloseTo(expected[0], 3);
      losses.forEach((loss, k) => {
        expect(Math.abs(loss - expected[k]) / expected[k], `step ${k + 1}`).toBeLessThan(k === 0 ? 1e-5 : 1e-3);
      });
    });
  });
}
