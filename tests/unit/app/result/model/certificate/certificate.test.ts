import { describe, expect, test } from "vitest";
import { certificateIsOpen, certificates } from "../../../../../../app/result/model/certificate/certificate.ts";
import { certificateText, stationaryText } from "../../../../../../app/result/model/certificate/certificateText.ts";
import type { RunStatus } from "../../../../../../contract/status.ts";
import { smallRun } from "../../../../workers/builders.ts";

const star = 0.02;
interface Given {
  depth: number;
  seed?: number;
  loss: number;
  grown?: boolean;
  norm?: number;
  status?: RunStatus;
}
/** A run as a page has it. */
function run({ depth, seed = 0, loss, grown = false, norm, status = "finished" }: Given) {
  const training = { ...(grown && { grown: {} }), ...(norm !== undefined && { polish: { tolerance: 1e-4 } }) };
  return {
    config: smallRun({ depth, seed, training }),
    status,
    optimum: {
      method: "closed-form" as const,
      reason: "",
      loss: star,
      fit: 0.01,
      ridge: 0.01,
      scale: 1,
      geometry: "simplex" as const,
    },
    last: {
      "train/loss": loss,
      "train/gap.total": (loss - star) / star,
      ...(norm !== undefined && { "train/gradientNorm": norm }),
    },
  };
}

describe("the certificate of a study", () => {
  test("is J − L* of the best run of each depth", () => {
    const [line] = certificates([
      run({ depth: 2, loss: 0.08 }),
      run({ depth: 2, seed: 1, loss: 0.06 }),
      run({ depth: 3, loss: 0.05 }),
    ]);
    expect(line.depths.map(({ depth, above, most, runs }) => ({ depth, above, most, runs }))).toEqual([
      { depth: 2, above: expect.closeTo(0.04, 12), most: expect.closeTo(0.06, 12), runs: 2 },
      { depth: 3, above: expect.closeTo(0.03, 12), most: expect.closeTo(0.03, 12), runs: 1 },
    ]);
    expect(line.depths[0].relative).toBeCloseTo(2, 12);
    expect(line).toMatchObject({ monotone: { seeds: 1, of: 1, rise: null } });
    expect(line.depths.map(({ start }) => start)).toEqual(["random", "random"]);
    expect(certificateText(line)).toBe(
      "At depth 3 the objective J is 0.0300 above L*, 150 % of L*. No network of this width, however deep, can be lower than L*: so this is the most that any depth could still gain. All runs began from random weights. J falls or stays with each depth, in the seed that has finished, as the theory says of the best networks.",
    );
  });

  test("names where J rises, and does not count what float32 rounds away", () => {
    const rows = [run({ depth: 2, loss: 0.05 }), run({ depth: 3, loss: 0.05 * (1 + 1e-7) }), run({ depth: 5, loss: 0.051 })];
    expect(certificates(rows)[0].monotone).toEqual({ seeds: 0, of: 1, rise: { seed: 0, from: 3, to: 5 } });
    expect(certificateText(certificates(rows)[0])).toContain(
      "J rises from depth 3 to 5 in seed 0, and in 1 of 1 seeds somewhere",
    );
  });

  test("tells grown lines from random ones, and stationary ends from others", () => {
    const rows = [run({ depth: 2, loss: 0.05, grown: true, norm: 1e-5 }), run({ depth: 3, loss: 0.04, grown: true, norm: 0.3 })];
    const [line] = certificates(rows);
    expect(line.depths.map(({ start }) => start)).toEqual(["random", "grown"]);
    expect(line.depths.map(stationaryText)).toEqual(["stationary, ‖∇J‖ = 1.00e-5", "not stationary, ‖∇J‖ = 0.300"]);
    expect(certificateText(line)).toContain("Each run grew from the next shallower one and was kept no worse.");
    const unpolished = certificates([run({ depth: 2, loss: 0.05 })])[0].depths[0];
    expect(stationaryText(unpolished)).toBe("not looked at: the runs were not polished");
  });

  test("waits for two finished depths of a seed to say whether J falls", () => {
    const [line] = certificates([run({ depth: 2, loss: 0.05 }), run({ depth: 3, loss: 0.06, status: "running" })]);
    expect(line.monotone.of).toBe(0);
    expect(certificateText(line)).toContain("shows once two depths of a seed have finished");
  });

  test("of one depth says nothing of depths, and of none that it grew", () => {
    const [line] = certificates([run({ depth: 3, loss: 0.05, grown: true })]);
    expect(line.depths[0].start).toBe("random");
    expect(certificateText(line)).toBe(
      "At depth 3 the objective J is 0.0300 above L*, 150 % of L*. No network of this width, however deep, can be lower than L*: so this is the most that any depth could still gain. All runs began from random weights.",
    );
    const begun = [run({ depth: 3, loss: 0.05 }), { ...run({ depth: 5, loss: 1 }), last: {} }];
    expect(certificateText(certificates(begun)[0])).toContain("shows once two depths of a seed have finished");
  });

  test("is open where networks grew or were polished, else as it was chosen", () => {
    const random = [run({ depth: 2, loss: 0.05 })];
    expect(certificateIsOpen({ certificate: null }, random)).toBe(false);
    expect(certificateIsOpen({ certificate: true }, random)).toBe(true);
    const grown = [...random, run({ depth: 3, loss: 0.05, grown: true })];
    expect(certificateIsOpen({ certificate: null }, grown)).toBe(true);
    expect(certificateIsOpen({ certificate: false }, grown)).toBe(false);
    expect(certificateIsOpen({ certificate: null }, [run({ depth: 2, loss: 0.05, norm: 1 })])).toBe(true);
  });

  test("is absent where there is no L*, or no whole gap", () => {
    const without = run({ depth: 2, loss: 0.05 });
    expect(certificates([{ ...without, optimum: { ...without.optimum, method: "none", loss: null as never } }])).toEqual([]);
    expect(certificates([{ ...without, last: { "train/loss": 0.05 } as never }])).toEqual([]);
  });
});
