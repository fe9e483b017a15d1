import { existsSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import { initial, resNet1Step } from "../../unit/engine/resNet1.ts";

// A GPU of the machine, or else SwiftShader, the software one that comes with Chromium. Set before the Vulkan loader is.
const softwareGpu = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(softwareGpu)) process.env.VK_ICD_FILENAMES ??= softwareGpu;

test("a step on WebGPU computes what it computes on the CPU; without WebGPU, asking for it says what to do", async () => {
  const refusal = await createEngine({ device: "webgpu" }).then(
    () => null,
    (error: Error) => error.message,
  );
  if (refusal !== null) {
    expect(refusal).toMatch(/webgpu/i);
    expect(refusal).toMatch(/cpu|auto/);
    console.log(`no WebGPU here: ${refusal}`);
    return;
  }
  tf.enableProdMode();
  const small = { name: "small", d: 8, depth: 3, batch: 20, inputs: 5, classes: 4 };
  const { definition, parameters } = resNet1Step(small);
  const results: { losses: number[]; state: Float32Array; sum: number }[] = [];
  for (const device of ["cpu", "webgpu"] as const) {
    const engine = await createEngine({ device });
    const step = await engine.compileStep(definition);
    const total = await engine.compileFunction({
      state: { parameters: { shape: [parameters] } },
      inputs: {},
      fn: ({ state }) => ({ sum: tf.sum(tf.abs(state.parameters)) }),
    });
    await step.writeState({ parameters: initial(small, parameters) });
    const losses: number[] = [];
    for (let k = 1; k <= 5; k++) losses.push((await step.run({ rate: 0.01, step: k })).loss[0]);
    const [sum] = (await total.run({}, step)).sum;
    results.push({ losses, state: (await step.readState()).parameters, sum });
    await total.dispose();
    await step.dispose();
  }
  const [cpu, gpu] = results;
  expect(Math.abs(cpu.sum - gpu.sum)).toBeLessThan(1e-2);
  cpu.losses.forEach((loss, k) => {
    expect(Math.abs(loss - gpu.losses[k])).toBeLessThan(1e-3);
  });
  const far = cpu.state.filter((x, i) => Math.abs(x - gpu.state[i]) > 1e-2).length;
  expect(far / cpu.state.length).toBeLessThan(0.02); // Adam magnifies rounding where a gradient is nearly zero
}, 120_000);
