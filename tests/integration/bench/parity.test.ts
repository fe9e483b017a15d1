import { describe, expect, test } from "vitest";
import { createEngine } from "../../../workers/engine/createEngine.ts";
import type { Engine } from "../../../workers/engine/engine.ts";
import { allowed, parityAlone, parityPacked, tooFar } from "../../bench/pack/parity.ts";
import { families } from "../../unit/workers/families.ts";

const cpu = await createEngine({ device: "cpu", engine: "compiled" });

/** The same engine, whose updates see a rate that is a thousandth larger. */
const wrong: Engine = {
  ...cpu,
  async compileStep(definition, pack) {
    const step = await cpu.compileStep(definition, pack);
    const larger = (rate: unknown) => (typeof rate === "number" ? 1.001 * rate : (rate as Float32Array).map((x) => 1.001 * x));
    return Object.assign(step, {
      run: (
        (run) => (inputs: Record<string, unknown>) =>
          run({ ...inputs, rate: larger(inputs.rate) } as never)
      )(step.run.bind(step)),
    });
  },
};

describe("what a GPU is compared by", () => {
  test("the CPU itself does not differ alone, and hardly in a pack", async () => {
    expect(families.length).toBeGreaterThanOrEqual(18);
    for (const family of families) {
      expect(await parityAlone(cpu, cpu, family), family.name).toEqual({ fit: 0, state: 0, measured: 0 });
      const packed = await parityPacked(cpu, cpu, family);
      expect(packed.fit, family.name).toBeLessThan(1e-5);
      expect(packed.state, family.name).toBeLessThan(1e-5);
      expect(tooFar(packed)).toBeNull();
    }
  });

  test("a rate that is off by a thousandth is told, alone and in a pack", async () => {
    for (const compare of [parityAlone, parityPacked]) {
      const found = await compare(cpu, wrong, families[0]);
      expect(found.fit).toBeGreaterThan(allowed.fit);
      expect(tooFar(found)).toMatch(/^fit differs by \d\.\de-\d/);
    }
  });
});
