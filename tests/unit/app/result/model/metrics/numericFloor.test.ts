import { describe, expect, test } from "vitest";
import { floorText, numericFloor } from "../../../../../../app/result/model/metrics/numericFloor.ts";
import type { RunConfig } from "../../../../../../contract/config/runConfig.ts";
import type { RunRow } from "../../../../../../contract/wire/views.ts";
import { aRow } from "../../../builders.ts";

const run = (change: Partial<RunRow>, config: Partial<RunConfig> = {}): RunRow => ({
  ...aRow(
    { depth: 5, width: 64, ...config },
    { "train/nc1.ratio@5": 0.2, "train/norms.spread@5": 1.2, "train/norms.spread@1": 50, "train/nc1.ratio@1": 3 },
  ),
  device: "cpu",
  classes: 10,
  inputDimension: 784,
  ...change,
});
const at = (rows: RunRow[], metric: Parameters<typeof numericFloor>[1]) => numericFloor(rows, metric)?.y ?? null;

describe("the numeric floor of a panel", () => {
  test("is that of float32 features by two passes, far below 1e-6", () => {
    // u² (2 + 784/32 + 25 (1/4 + 64/170)) · 1.2, u = 2⁻²⁴.
    expect(at([run({})], "nc1.ratio")).toBeCloseTo(1.798e-13, 15);
    expect(numericFloor([run({})], "nc1.ratio")?.label).toBe("below 1.8e-13: rounding (float32)");
    expect(floorText(numericFloor([run({})], "nc1.ratio"))).toBe(
      "numeric floor: about 1.8e-13, the rounding of features (float32)",
    );
    expect(at([run({ device: "webgpu" })], "nc1.ratio")).toBe(at([run({})], "nc1.ratio"));
  });
  test("is that of TF32 on CUDA, and the greatest of the runs that are drawn", () => {
    const both = [run({}), run({ device: "cuda" })];
    expect(at(both, "nc1.ratio")).toBeCloseTo(1.788e-7, 9);
    expect(numericFloor(both, "nc1.ratio")?.label).toBe("below 1.8e-7: rounding (TF32)");
  });
  test("is each metric's own, and missing where features do not decide it", () => {
    expect(at([run({})], "nc1.cdnv")).toBeCloseTo(0.45 * 1.798e-13, 15);
    expect(at([run({})], "nc2.mframe")).toBeCloseTo(2 * Math.sqrt(1.798e-13), 9);
    expect(at([run({})], "nc3.cosine")).toBeCloseTo(1.798e-13 / 1.2 / 2, 15);
    for (const metric of ["nc2.frame", "nc2.etf", "nc4.ncc", "gap.total", "loss", "accuracy"] as const)
      expect(at([run({})], metric), metric).toBeNull();
  });
  test("is of the layers that are drawn: where the classes' spread is small beside the features it lies higher", () => {
    const first = numericFloor([run({})], "nc1.ratio", () => [1])?.y ?? 0;
    // u² (2 + 784/32 + (1/4 + 64/170)) · 50
    expect(first).toBeCloseTo(4.819e-12, 14);
    expect(numericFloor([run({})], "nc2.frame", () => [1])?.label).toBe("below 4.4e-6: rounding (float32)");
    expect(numericFloor([run({})], "nc2.frame", () => [1])?.y).toBeCloseTo(2 * Math.sqrt(4.819e-12), 8);
  });
  test("of free features is what storing them costs, and older runs count as centred", () => {
    const free = run({ last: { "train/nc1.ratio@1": 0.5 } }, { architecture: "ufm", depth: 1 });
    expect(at([free], "nc1.ratio")).toBeCloseTo(1.5 * 2 ** -48, 20);
  });
  test("of a transformer is that after its L blocks, which stand behind the embedding", () => {
    const last = { "train/norms.spread@2": 50, "train/norms.spread@3": 1.2 };
    const transformer = run({ last }, { architecture: "t11", depth: 2, definition: 2 });
    // u² (2 + 784/32 + 36 (1/4 + 64/170)) · 1.2: two linear layers for each of X_1 … X_3.
    expect(at([transformer], "nc1.ratio")).toBeCloseTo(2.091e-13, 15);
    expect(at([transformer], "nc2.frame")).toBeNull(); // the classifier's own numbers
  });
  test("is not drawn before a run has measured", () => {
    expect(at([run({ last: {} })], "nc1.ratio")).toBeNull();
    expect(at([run({ classes: null })], "nc1.ratio")).toBeNull();
    expect(floorText(null)).toBeNull();
  });
});
