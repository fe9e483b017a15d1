import { describe, expect, test } from "vitest";
import { budgetText, whyNever, whyNotYet } from "../../../../../../app/result/model/metrics/measuredAt.ts";
import { smallRun } from "../../../../workers/builders.ts";

const large = smallRun({
  dataset: { id: "random-labels", classes: 1000, dimension: 4, trainPerClass: 50, testPerClass: 1 },
  ...{ depth: 20, width: 512, training: { steps: 1000 }, measuring: { name: "every", steps: 100 } },
});
const small = smallRun({ dataset: { id: "random-labels", classes: 100, dimension: 4, trainPerClass: 1, testPerClass: 1 } });
const begun = (config: unknown, classes: number | null, status: "running" | "finished" = "running") => ({
  config,
  classes,
  status,
});

describe("what the budget leaves to every nth measurement", () => {
  test("is said with how many of the steps have it", () => {
    const rows = [begun(large, 1000)];
    expect(budgetText(rows, "nc1.pinv")).toBe("measured at 6 of 11 steps, by the budget");
    expect(whyNotYet(rows, "nc4.ncc")).toBe("Measured at every 2nd measurement, by the budget.");
    expect(budgetText([...rows, begun(small, 100)], "nc1.pinv")).toBe("1 of 2 runs measured at 6 of 11 steps, by the budget");
  });
  test("is none of the measures of class sums, and none of smaller runs", () => {
    for (const metric of ["nc1.ratio", "nc1.cdnv", "nc2.frame", "nc3.cosine", "accuracy"]) {
      expect(budgetText([begun(large, 1000)], metric), metric).toBeNull();
      expect(whyNotYet([begun(large, 1000)], metric), metric).toBeNull();
    }
    expect(budgetText([begun(small, 100)], "nc1.pinv")).toBeNull();
    expect(whyNotYet([begun(small, 100)], "nc1.pinv")).toBeNull();
  });
});

describe("runs of versions without a budget", () => {
  const text = "Not measured: these runs are of a version that left it out above 64 classes.";
  test("say why they have neither second pass nor geometry", () => {
    for (const what of ["geometry", "nc1.pinv", "nc4.ncc"]) {
      expect(whyNever([begun(small, 100, "finished")], what), what).toBe(text);
      expect(whyNever([begun(small, 100, "finished"), begun(small, null)], what), what).toBe(text);
      expect(whyNever([begun(small, 100)], what), what).toBeNull();
      expect(whyNever([begun(small, 64, "finished")], what), what).toBeNull();
    }
    expect(whyNever([begun(small, 100, "finished")], "nc1.ratio")).toBeNull();
  });
});
