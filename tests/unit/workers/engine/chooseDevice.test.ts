import { describe, expect, test } from "vitest";
import { chooseDevice, type Probes } from "../../../../workers/engine/chooseDevice.ts";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import type { Probed } from "../../../../workers/engine/probed.ts";

const probes = (
  providers: string[],
  native: "none" | "cpu" | "cuda" = "none",
  backend: Probed = { precision: "float32" },
): Probes => ({
  provider: async (device) => (providers.includes(device) ? { precision: "float32" } : { problem: "no such library" }),
  backend: async () => backend,
  tfjsNode: async () =>
    native === "none" ? { missing: "tfjs-node: not installed" } : { package: "tfjs-node-gpu", cuda: native === "cuda" },
});

describe("chooseDevice", () => {
  test("auto takes the best available device and says why not the others", async () => {
    expect(await chooseDevice({}, probes(["cpu", "webgpu", "cuda"]))).toMatchObject({
      device: "cuda",
      engine: "compiled",
      provider: "onnxruntime cuda",
    });
    expect(await chooseDevice({}, probes(["cpu"], "cuda"))).toMatchObject({
      device: "cuda",
      engine: "eager",
      provider: "tfjs-node-gpu",
    });
    expect(await chooseDevice({}, probes(["cpu", "webgpu"], "cpu"))).toMatchObject({ device: "webgpu", engine: "compiled" });
    const choice = await chooseDevice({ device: "auto" }, probes(["cpu"]));
    expect(choice).toMatchObject({ device: "cpu", engine: "compiled" });
    expect(choice.reason).toContain("no cuda (ONNX Runtime: no such library; tfjs-node: not installed)");
    expect(choice.reason).toContain("no webgpu");
  });

  test("a named device that is not available is an error", async () => {
    await expect(chooseDevice({ device: "cuda" }, probes(["cpu"]))).rejects.toThrow(
      "the device 'cuda' is not available: ONNX Runtime: no such library",
    );
    await expect(chooseDevice({ device: "cuda" }, probes(["cpu"], "cpu"))).rejects.toThrow("tfjs-node-gpu finds no GPU");
    await expect(chooseDevice({ device: "webgpu", engine: "eager" }, probes(["webgpu"]))).rejects.toThrow("no eager engine");
  });

  test("eager on the CPU falls back to JavaScript kernels", async () => {
    expect(await chooseDevice({ device: "cpu", engine: "eager" }, probes([], "cpu"))).toMatchObject({
      engine: "eager",
      provider: "tfjs-node-gpu",
    });
    expect(await chooseDevice({ device: "cpu", engine: "eager" }, probes(["cpu"]))).toMatchObject({
      engine: "eager",
      provider: "tfjs cpu",
    });
  });

  test("the engine of this machine's CPU", async () => {
    const engine = await createEngine({ device: "cpu" });
    expect(engine.choice).toEqual({
      device: "cpu",
      engine: "compiled",
      provider: "onnxruntime cpu",
      reason: "asked for",
      precision: "float32",
    });
  });

  test("the precision of what was chosen is that of its own kernels", async () => {
    const native = probes([], "cuda", { precision: "tf32" });
    expect(await chooseDevice({}, native)).toMatchObject({ device: "cuda", engine: "eager", precision: "tf32" });
    const rounding: Probes = { ...probes(["cuda"]), provider: async () => ({ precision: "tf32" }) };
    expect(await chooseDevice({}, rounding)).toMatchObject({ device: "cuda", engine: "compiled", precision: "tf32" });
  });

  test("a device that computes wrong numbers is passed over, and said", async () => {
    const wrong = probes(["cpu"], "cuda", {
      problem: "TensorFlow.js computes wrong numbers on cuda: products of matrices are off by 0.4 %",
    });
    const choice = await chooseDevice({}, wrong);
    expect(choice).toMatchObject({ device: "cpu", engine: "compiled" });
    expect(choice.reason).toContain(
      "tfjs-node-gpu: TensorFlow.js computes wrong numbers on cuda: products of matrices are off by 0.4 %",
    );
    await expect(chooseDevice({ device: "cuda" }, wrong)).rejects.toThrow("off by 0.4 %");
  });
});
