import { expect, test } from "vitest";
import { calibrationBins, ece } from "../../../../math/collapse/calibration.ts";
import { binsOf } from "../../../../workers/measure/deviceSums.ts";

test("sums above edges that differ by a rounding leave nothing in a bin without samples", () => {
  // All 317 samples in the last bin but one; of the first sums one ends in other digits than the next.
  const counts = Array.from({ length: calibrationBins }, (_, bin) => (bin < calibrationBins - 1 ? 317 : 0));
  const confidences = counts.map((count, bin) => count * 0.9 + (bin === 0 ? 2.842170943040401e-14 : 0));
  const rights = counts.map((count) => (count > 0 ? 300 : 0));
  const bins = binsOf(Float64Array.from([...counts, ...confidences, ...rights]), 0);
  expect(bins.confidences[0]).toBe(0);
  expect(ece(bins)).toBeCloseTo(Math.abs(300 / 317 - 0.9), 12);
});
