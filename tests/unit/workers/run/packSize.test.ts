import { describe, expect, test } from "vitest";
import { findPackSize } from "../../../../workers/run/packSize.ts";

/** Times each size by its step's time, ms; null: there is no room for it. */
async function find(times: Record<number, number | null>, most = 64, hasTime = (_runs: number) => true) {
  const timed: number[] = [];
  const runs = await findPackSize(
    most,
    async (size) => {
      timed.push(size);
      return times[size];
    },
    hasTime,
  );
  return { runs, timed };
}

describe("the best number of runs in one step", () => {
  test("is the last one whose steps take less time a run", async () => {
    const found = await find({ 1: 10, 2: 11, 4: 13, 8: 16, 16: 32, 32: 70, 64: 150 });
    expect(found).toEqual({ runs: 8, timed: [1, 2, 4, 8, 16, 32] });
  });

  test("is 1 where a step of two takes twice as long", async () => {
    expect(await find({ 1: 10, 2: 20, 4: 40 })).toEqual({ runs: 1, timed: [1, 2, 4] });
  });

  test("is found past one size that gains nothing", async () => {
    expect((await find({ 1: 10, 2: 20.5, 4: 24, 8: 40, 16: 96, 32: 200 })).runs).toBe(8);
  });

  test("is the smaller of two that are as good within 5 %", async () => {
    expect((await find({ 1: 10, 2: 10, 4: 19.6, 8: 39, 16: 78 })).runs).toBe(2);
  });

  test("is no more than the device has room for, or the worker allows", async () => {
    expect(await find({ 1: 10, 2: 10, 4: 10, 8: null })).toEqual({ runs: 4, timed: [1, 2, 4, 8] });
    expect(await find({ 1: 10, 2: 10, 4: 10, 8: 10 }, 5)).toEqual({ runs: 4, timed: [1, 2, 4] });
    expect(await find({ 1: 10 }, 1)).toEqual({ runs: 1, timed: [1] });
  });

  test("is the best of those for which there was time", async () => {
    expect(await find({ 1: 10, 2: 10, 4: 10 }, 64, (runs) => runs < 2)).toEqual({ runs: 2, timed: [1, 2] });
  });

  test("is unknown where not even one run can be timed", async () => {
    expect(await find({ 1: null })).toEqual({ runs: null, timed: [1] });
  });
});
