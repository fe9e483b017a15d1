import { describe, expect, test } from "vitest";
import { type ExperimentConfig, expandGrid } from "../../../../contract/config/experimentConfig.ts";
import type { RunConfig } from "../../../../contract/config/runConfig.ts";
import { packMemory, runMemory } from "../../../../contract/launch/runMemory.ts";
import { packKey } from "../../../../contract/pack/packKey.ts";
import { packLimit } from "../../../../contract/pack/packLimit.ts";
import { presets } from "../../../../contract/presets/presets.ts";

const runOf = (id: string, change: Partial<ExperimentConfig> = {}): RunConfig =>
  expandGrid({ ...presets.find((preset) => preset.id === id)!.config, ...change })[0]!;
const cpu = { name: "a", slots: 2, memoryBytes: 16e9, devices: ["cpu (onnxruntime cpu)"] };
const gpu = { ...cpu, devices: ["cuda (a card)", ...cpu.devices] };
const offered = (most: number, known: { key: string; runs: number }[] = []) => ({ most, known });

describe("The largest pack of a slot", () => {
  const toy = runOf("random-labels", { depths: [2] });
  const light = runOf("first-light");

  test("is one run where a worker does not speak of packs, or takes none", () => {
    expect(packLimit(toy, { place: cpu, packs: undefined })).toBe(1);
    expect(packLimit(toy, { place: gpu, packs: offered(1) })).toBe(1);
  });

  test("of what was not measured yet is on a CPU what is bound by calls, and on a card all it takes", () => {
    const on = (place: typeof cpu) =>
      [toy, runOf("first-steps"), light].map((run) => packLimit(run, { place, packs: offered(64) }));
    expect(on(cpu)).toEqual([64, 27, 1]);
    expect(on(gpu)).toEqual([64, 64, 64]);
  });

  test("is what the worker measured, whatever is thought of it, and no more than it takes", () => {
    const packs = (most: number, run: RunConfig, runs: number) => offered(most, [{ key: packKey(run), runs }]);
    expect(packLimit(light, { place: cpu, packs: packs(64, light, 4) })).toBe(4);
    expect(packLimit(toy, { place: cpu, packs: packs(64, toy, 1) })).toBe(1);
    expect(packLimit(toy, { place: cpu, packs: packs(8, toy, 32) })).toBe(8);
  });

  test("is no larger than the slot's memory holds", () => {
    const one = runMemory(toy).total;
    const each = packMemory(toy, 2) - packMemory(toy, 1);
    expect(packMemory(toy, 1)).toBe(one);
    const of = (bytes: number) => packLimit(toy, { place: { ...cpu, memoryBytes: 2 * bytes }, packs: offered(64) });
    expect(of(one + 4 * each)).toBe(5);
    expect(of(one + 4 * each - 1)).toBe(4);
    expect(of(one)).toBe(1);
  });
});
