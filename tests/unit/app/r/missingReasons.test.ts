import { expect, test } from "vitest";
import { missingReasons } from "../../../../app/r/[id]/missingReasons.ts";

const noOptimum = "Networks with BatchNorm have no known optimum.";

test("what is missing is said once a reason, layers that follow each other together", () => {
  const missing = {
    ...Object.fromEntries([1, 2, 3, 7].map((layer) => [`train/balance@${layer}`, "filters do not fit"])),
    "train/balance@8": "the last layer",
    "train/gap.total": noOptimum,
    "train/distance.gram": noOptimum,
    "test/ece": "no probabilities",
  };
  expect(missingReasons(missing, noOptimum)).toEqual([
    { reason: "filters do not fit", keys: ["train/balance@1…3", "train/balance@7"] },
    { reason: "the last layer", keys: ["train/balance@8"] },
    { reason: "there is no L*", keys: ["train/gap.total", "train/distance.gram"] },
    { reason: "no probabilities", keys: ["test/ece"] },
  ]);
});

test("a reason that was cut off when it was stored is that of the optimum too", () => {
  const long = "x".repeat(300);
  expect(missingReasons({ "train/gap.total": long.slice(0, 200) }, long)).toEqual([
    { reason: "there is no L*", keys: ["train/gap.total"] },
  ]);
  expect(missingReasons({ "train/gap.total": long }, "")).toEqual([{ reason: long, keys: ["train/gap.total"] }]);
});
