import { describe, expect, test } from "vitest";
import { classLimitText, isBeyondClasses, notMeasured } from "../../../../../../app/result/model/metrics/classLimit.ts";

const rows = (...classes: (number | null)[]) => classes.map((count) => ({ classes: count }));

describe("what is not measured above 64 classes", () => {
  test("is explained in place of the panel where no run has it", () => {
    expect(notMeasured).toBe("Not measured above 64 classes.");
    for (const what of ["geometry", "nc1.pinv", "nc4.ncc"]) {
      expect(isBeyondClasses(rows(100, 100), what), what).toBe(true);
      expect(isBeyondClasses(rows(100, null), what), what).toBe(true);
      expect(isBeyondClasses(rows(100, 10), what), what).toBe(false);
      expect(isBeyondClasses(rows(64), what), what).toBe(false);
      expect(isBeyondClasses(rows(null), what), what).toBe(false);
    }
  });
  test("is counted where some runs have it", () => {
    expect(classLimitText(rows(100, 10, 100), "nc1.pinv")).toBe("2 of 3 runs not measured above 64 classes");
    expect(classLimitText(rows(100), "geometry")).toBe("not measured above 64 classes");
    expect(classLimitText(rows(10), "geometry")).toBeNull();
  });
  test("are the second pass and the pictures, nothing else", () => {
    for (const metric of ["nc1.ratio", "nc1.cdnv", "nc2.frame", "nc3.cosine", "accuracy"]) {
      expect(isBeyondClasses(rows(100), metric), metric).toBe(false);
      expect(classLimitText(rows(100), metric), metric).toBeNull();
    }
  });
});
