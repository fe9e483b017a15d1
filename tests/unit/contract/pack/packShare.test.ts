import { describe, expect, test } from "vitest";
import { shareOf } from "../../../../contract/pack/packShare.ts";

describe("A slot's share of the runs of a key", () => {
  test.each([
    // 15 runs in 2 packs of 8 and 7.
    [{ ofKey: 15, all: 15 }, 2, 8],
    [{ ofKey: 7, all: 7 }, 1, 7],
    // Six keys of three: whole packs, as the other slots have the other keys.
    [{ ofKey: 3, all: 18 }, 2, 3],
    [{ ofKey: 3, all: 18 }, 6, 3],
    [{ ofKey: 3, all: 18 }, 18, 1],
    // Two keys of eight on four slots.
    [{ ofKey: 8, all: 16 }, 4, 4],
    [{ ofKey: 1, all: 100 }, 4, 1],
    // More slots than runs.
    [{ ofKey: 2, all: 2 }, 10, 1],
  ])("of %j on %d slots is %d", (waiting, slots, size) => {
    expect(shareOf(waiting, slots)).toBe(size);
  });
});
