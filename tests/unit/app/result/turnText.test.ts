import { expect, test } from "vitest";
import { turnText } from "../../../../app/result/turnText.ts";

test("one person's runs wait for a slot, and for those of their other studies", () => {
  const alone = { people: 1, underWay: 8, leastOfOthers: null, ahead: 0 };
  expect(turnText(alone, 1, null)).toBe("The one slot is busy.");
  expect(turnText({ ...alone, ahead: 1 }, 8, null)).toBe("All 8 slots are busy. 1 run of other studies goes first.");
  expect(turnText({ ...alone, ahead: 1_200 }, 8, null)).toBe("All 8 slots are busy. 1,200 runs of other studies go first.");
});

test("of several people, who has the fewest under way has the next slot", () => {
  const turn = { people: 3, underWay: 2, leastOfOthers: 3, ahead: 0 };
  expect(turnText(turn, 8, "Pia")).toBe("3 people share 8 slots; Pia has 2 runs under way. The next free slot is theirs.");
  expect(turnText({ ...turn, underWay: 0 }, 8, "Pia")).toBe(
    "3 people share 8 slots; Pia has none under way. The next free slot is theirs.",
  );
  expect(turnText({ ...turn, leastOfOthers: null }, 8, "Pia")).toBe(
    "3 people share 8 slots; Pia has 2 runs under way. The next free slot is theirs.",
  );
  expect(turnText({ ...turn, leastOfOthers: 2 }, 8, null)).toBe(
    "3 people share 8 slots; whoever launched this has 2 runs under way. Others who are waiting have as few, so they take turns.",
  );
  expect(turnText({ ...turn, underWay: 1, leastOfOthers: 0, ahead: 4 }, 8, "Pia")).toBe(
    "3 people share 8 slots; Pia has 1 run under way. The next free slots go to others, until those who wait have 1 under way too. 4 runs of their other studies go first.",
  );
});
