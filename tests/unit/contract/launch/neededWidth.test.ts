import { expect, test } from "vitest";
import { expandGrid } from "../../../../contract/config/experimentConfig.ts";
import { type Regularizer, regularizer } from "../../../../contract/config/regularizer.ts";
import { neededWidth } from "../../../../contract/launch/neededWidth.ts";
import { presets } from "../../../../contract/presets/presets.ts";
import { runOptimum } from "../../../../workers/measure/runOptimum.ts";

const base = expandGrid(presets.find(({ id }) => id === "first-light")!.config)[0];
const families: Regularizer[] = [
  { family: "weights" },
  { family: "features" },
  { family: "features", lambdaB: 0.01 },
  { family: "slack", rho: 0 },
  { family: "slack" },
  { family: "slack", frame: "orthogonal" },
].map((given) => regularizer.parse(given));

test("is the smallest width at which a run has an optimum, whatever the objective", () => {
  for (const counts of [
    [5, 5, 5],
    [7, 5, 2],
  ])
    for (const family of families)
      for (const loss of ["ce", "mse"] as const)
        for (const headBias of [false, true]) {
          const config = { ...base, regularizer: family, loss, headBias };
          const needed = neededWidth(config, counts)!;
          const at = (width: number) => runOptimum({ ...config, width }, counts).method;
          const about = `${JSON.stringify(family)} ${loss} ${headBias} ${counts}`;
          expect(at(needed), about).not.toBe("none");
          expect(needed, about).toBeGreaterThan(1);
          expect(at(needed - 1), about).toBe("none");
        }
});

test("is none where no width has an optimum", () => {
  for (const family of ["none", "adamw"] as const)
    expect(neededWidth({ ...base, regularizer: regularizer.parse({ family }) }, [5, 5])).toBeNull();
});
