import { existsSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { packStep } from "../../../workers/engine/packDefinition.ts";
import { traceStep } from "../../../workers/engine/traceDefinition.ts";
import { defineMembersStep } from "../../../workers/training/packTrainer.ts";
import { families } from "../../unit/workers/families.ts";
import { distance, threeMembers, trainAlone, trainTogether } from "../../unit/workers/pack/members.ts";
import { keepShaders } from "./keepShaders.ts";

// Without a GPU, a software one runs the same shaders; Chromium brings one.
const softwareGpu = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(softwareGpu)) process.env.VK_ICD_FILENAMES ??= softwareGpu;

tf.enableProdMode();
const cpu = await createEngine({ device: "cpu", engine: "compiled" });
const found = await createEngine({ device: "webgpu" }).catch((error: Error) => error.message);
const webgpu = found as Engine;

const named = (...names: string[]) => families.filter(({ name }) => names.includes(name));

describe.skipIf(typeof found === "string")("packs on WebGPU", () => {
  keepShaders(() => webgpu);

  test.each(families)("no part of a pack's step falls back to the CPU: $name", async ({ run }) => {
    const { definition, pack } = defineMembersStep(threeMembers(run(), 5), "webgpu");
    const { model } = traceStep(packStep(definition, pack), { maxPieces: 7 });
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ["webgpu"],
      logSeverityLevel: 4,
      extra: { session: { disable_cpu_ep_fallback: "1" } },
    });
    await session.release();
  });

  test.each(
    named("RN1, orthogonal slack", "RN1, AdamW in batches", "T22 on texts, pre-LN", "convolutional network", "free features"),
  )(
    "a pack trains each run as it trains on the CPU alone: $name",
    async ({ run }) => {
      const members = threeMembers(run(), 3);
      const together = await trainTogether(webgpu, members, 3);
      for (const [i, member] of members.entries()) {
        const alone = await trainAlone(cpu, member, 3);
        alone.fits.forEach((fit, k) => {
          expect(Math.abs(together[i].fits[k] / fit - 1), `update ${k + 1} of member ${i}`).toBeLessThan(k === 0 ? 1e-5 : 1e-4);
        });
        for (const name of Object.keys(alone.last))
          expect(distance(alone.last[name], together[i].last[name]), `${name} of member ${i}`).toBeLessThan(1e-4);
      }
    },
    900_000,
  );
});
