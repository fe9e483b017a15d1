import { expect, test } from "vitest";
import { expandGrid } from "../../../../contract/config/experimentConfig.ts";
import { ConnectedWorkers } from "../../../../server/supervisor/connectedWorkers.ts";
import { hasTime, startingMs, waitsForTime } from "../../../../server/supervisor/hasTime.ts";
import { grid } from "../../../support/builders/studies.ts";

const minute = 60_000;

test("a worker has time until it ends, and always where it has no end", () => {
  expect(hasTime({ endsAt: 100 }, 60, 40)).toBe(true);
  expect(hasTime({ endsAt: 100 }, 60, 41)).toBe(false);
  expect(hasTime({ endsAt: null }, Number.MAX_VALUE, 0)).toBe(true);
});

test("a small run needs seconds, a larger one more", () => {
  const [small] = expandGrid(grid());
  const [large] = expandGrid(grid({ depths: [64], widths: [1024] }));
  expect(startingMs(small)).toBeGreaterThan(3_000);
  expect(startingMs(small)).toBeLessThan(20_000);
  expect(startingMs(large)).toBeGreaterThan(10 * startingMs(small));
});

test("why it waits names the time in words", () => {
  expect(waitsForTime(61_200)).toMatch(/^It needs about 62 s on a worker/);
  expect(waitsForTime(90_001)).toMatch(/^It needs about 2 min on a worker/);
});

test("a worker that ends too soon has no free slot", () => {
  const workers = new ConnectedWorkers(minute, 2 * minute);
  const add = (id: string, leftMs: number | null) =>
    workers.add({
      ...{
        id,
        name: id,
        tokenId: "t",
        slots: 2,
        busy: new Map<string, string>(),
        packs: undefined,
        datasets: [],
        drained: false,
        trouble: null,
      },
      connection: { assign: async () => null, cancel: () => {}, suspend: () => {}, disconnect: () => {} },
      place: { name: id, slots: 2, devices: [], memoryBytes: 1e9 },
      ...{ instance: null, unconfirmedGreeting: null, ephemeral: true },
      endsAt: leftMs === null ? null : performance.now() + leftMs,
    });
  expect(workers.freeSlots(add("soon", 2 * minute - 1))).toBe(0);
  expect(workers.freeSlots(add("later", 2.5 * minute))).toBe(2);
  expect(workers.freeSlots(add("never", null))).toBe(2);
  expect(workers.totalFree()).toBe(4);
});
