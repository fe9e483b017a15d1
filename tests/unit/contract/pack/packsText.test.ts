import { expect, test } from "vitest";
import { packsText } from "../../../../contract/pack/packsText.ts";

test.each([
  [[8, 7], "15 runs in 2 packs of 8 and 7"],
  [[3, 3, 3, 3, 3, 3], "18 runs in 6 packs of 3"],
  [[5], "5 runs in a pack of 5"],
  [[3, 1, 1], "5 runs in a pack of 3, and 2 alone"],
  [[8, 8, 8, 4], "28 runs in 4 packs of up to 8"],
  [[12, 12, 12, 3, 3, 3], "45 runs in 6 packs of up to 12"],
  [new Array(1_250).fill(8), "10,000 runs in 1,250 packs of 8"],
])("packs of %j are said as %s", (packs, text) => {
  expect(packsText(packs)).toBe(text);
});
