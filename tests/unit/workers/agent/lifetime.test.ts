import { describe, expect, test } from "vitest";
import { Lifetime } from "../../../../workers/agent/lifetime.ts";

const minute = 60_000;

describe("a worker of 230 minutes", () => {
  const life = new Lifetime({ allottedMs: 230 * minute, untilIdleMs: null });

  test("suspends its runs a minute before the end, and takes none in the minute before that", () => {
    expect(life.look(228 * minute - 1, false)).toBe("works");
    expect(life.look(228 * minute, false)).toBe("takes no more");
    expect(life.look(229 * minute - 1, false)).toBe("takes no more");
    expect(life.look(229 * minute, false)).toBe("time is up");
    expect(life.look(240 * minute, false)).toBe("time is up");
  });

  test("ends as soon as it has no run and may take none", () => {
    expect(life.look(228 * minute - 1, true)).toBe("works");
    expect(life.look(228 * minute, true)).toBe("time is up");
  });

  test("says how long its runs train, and how long a stop may take", () => {
    expect(life.minutesLeft(0)).toBe(229);
    expect(life.minutesLeft(39 * minute)).toBe(190);
    expect(life.minutesLeft(300 * minute)).toBe(0);
    expect(life.leftMs(229 * minute)).toBe(minute);
    expect(life.leftMs(231 * minute)).toBe(0);
  });
});

test("of a short time a fifth is kept for checkpoints, and in the tenth before that no run is taken", () => {
  const life = new Lifetime({ allottedMs: 10_000, untilIdleMs: null });
  expect(life.look(6_999, false)).toBe("works");
  expect(life.look(7_000, false)).toBe("takes no more");
  expect(life.look(7_999, false)).toBe("takes no more");
  expect(life.look(8_000, false)).toBe("time is up");
});

test("a worker that waits for five minutes at most ends after so long without a run, counted anew after each", () => {
  const life = new Lifetime({ allottedMs: null, untilIdleMs: 5 * minute });
  expect(life.look(5 * minute - 1, true)).toBe("works");
  expect(life.look(5 * minute - 1, false)).toBe("works");
  expect(life.look(10 * minute - 2, true)).toBe("works");
  expect(life.look(10 * minute - 1, true)).toBe("was idle");
  expect(life.look(60 * minute, false)).toBe("works");
});

test("one without either limit works for ever", () => {
  const life = new Lifetime({ allottedMs: null, untilIdleMs: null });
  expect(life.look(1e12, true)).toBe("works");
  expect(life.minutesLeft(1e12)).toBeUndefined();
});
