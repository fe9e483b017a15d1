import { describe, expect, test } from "vitest";
import {
  type AutoscaleStep,
  autoscale,
  type Demand,
  freshMemory,
  type OrderedJob,
} from "../../../../server/launchers/autoscale.ts";

const bounds = { min: 0, max: 8, slotsEach: 1, waitMs: 30_000, idleMs: 300_000 };
const pending = (id: string, slots = 1): OrderedJob => ({ id, slots, state: "pending", busy: null });
const running = (id: string, busy: number | null, slots = 1): OrderedJob => ({ id, slots, state: "running", busy });
const ending = (id: string, slots = 1): OrderedJob => ({ id, slots, state: "ending", busy: 0 });

/** What is ordered and cancelled once the same demand has lasted for longer than any patience. */
function settled(demand: Demand, within = bounds): Pick<AutoscaleStep, "order" | "cancel"> {
  const first = autoscale(demand, within, freshMemory, 0);
  const { order, cancel } = autoscale(demand, within, first.memory, 1_000_000);
  return { order, cancel };
}

describe("what is ordered for what waits", () => {
  test.each<[string, Demand, number]>([
    ["nothing waits", { waiting: 0, freeElsewhere: 0, jobs: [] }, 0],
    ["three wait", { waiting: 3, freeElsewhere: 0, jobs: [] }, 3],
    ["more wait than may be ordered", { waiting: 2_000, freeElsewhere: 0, jobs: [] }, 8],
    ["other workers have room for some", { waiting: 5, freeElsewhere: 2, jobs: [] }, 3],
    ["other workers have room for all", { waiting: 5, freeElsewhere: 9, jobs: [] }, 0],
    ["some are ordered", { waiting: 5, freeElsewhere: 0, jobs: [pending("a"), pending("b")] }, 3],
    ["one has begun, and its worker has not connected", { waiting: 5, freeElsewhere: 0, jobs: [running("a", null)] }, 4],
    ["one is idle, and will take a run", { waiting: 5, freeElsewhere: 0, jobs: [running("a", 0)] }, 4],
    ["busy ones have no room", { waiting: 5, freeElsewhere: 0, jobs: [running("a", 1), running("b", 1)] }, 5],
    ["busy ones leave little within the bound", { waiting: 50, freeElsewhere: 0, jobs: [running("a", 5, 5)] }, 3],
    ["one that ends has no room, and counts towards the bound", { waiting: 50, freeElsewhere: 0, jobs: [ending("a", 5)] }, 3],
    ["a job of four slots has two left", { waiting: 5, freeElsewhere: 0, jobs: [running("a", 2, 4)] }, 3],
  ])("%s", (_name, demand, order) => {
    expect(settled(demand).order).toBe(order);
  });

  test.each([
    [1, 4],
    [4, 4],
    [5, 8],
    [50, 8],
  ])("for %i runs, jobs of four slots with room for %i", (waiting, order) => {
    const within = { ...bounds, max: 11, slotsEach: 4 };
    expect(settled({ waiting, freeElsewhere: 0, jobs: [] }, within)).toEqual({ order, cancel: [] });
  });

  test("some are kept though nothing waits", () => {
    expect(settled({ waiting: 0, freeElsewhere: 0, jobs: [] }, { ...bounds, min: 2 })).toEqual({ order: 2, cancel: [] });
    const jobs = [running("a", 0), running("b", 0), running("c", 0)];
    expect(settled({ waiting: 0, freeElsewhere: 0, jobs }, { ...bounds, min: 2 })).toEqual({ order: 0, cancel: ["c"] });
  });
});

describe("what is cancelled", () => {
  test.each<[string, Demand, string[]]>([
    ["idle ones", { waiting: 0, freeElsewhere: 0, jobs: [running("a", 0), running("b", 1)] }, ["a"]],
    ["pending ones before idle ones", { waiting: 1, freeElsewhere: 0, jobs: [running("a", 0), pending("b")] }, ["b"]],
    ["none that is waited for", { waiting: 2, freeElsewhere: 0, jobs: [running("a", 0), pending("b")] }, []],
    ["none whose worker may have a run", { waiting: 0, freeElsewhere: 0, jobs: [running("a", null)] }, []],
    ["none with a run on one of its slots", { waiting: 0, freeElsewhere: 0, jobs: [running("a", 1, 4)] }, []],
    ["what other workers can take over", { waiting: 1, freeElsewhere: 1, jobs: [pending("a")] }, ["a"]],
    ["nothing larger than what is to spare", { waiting: 2, freeElsewhere: 0, jobs: [pending("a", 4)] }, []],
    ["nothing twice", { waiting: 0, freeElsewhere: 0, jobs: [ending("a")] }, []],
  ])("%s", (_name, demand, cancel) => {
    expect(settled(demand)).toEqual({ order: 0, cancel });
  });

  test("what is over a bound that was lowered, of those without a run", () => {
    const jobs = [running("a", 1), running("b", 0), pending("c"), pending("d")];
    expect(settled({ waiting: 50, freeElsewhere: 0, jobs }, { ...bounds, max: 2 })).toEqual({ order: 0, cancel: ["d", "c"] });
  });
});

describe("patience", () => {
  const short: Demand = { waiting: 1, freeElsewhere: 0, jobs: [] };

  test("a wait has to last before a job is ordered for it", () => {
    const first = autoscale(short, bounds, freshMemory, 5_000);
    expect(first.order).toBe(0);
    const soon = autoscale(short, bounds, first.memory, 34_999);
    expect(soon.order).toBe(0);
    expect(autoscale(short, bounds, soon.memory, 35_000).order).toBe(1);
  });

  test("a wait that ends in between begins anew", () => {
    const first = autoscale(short, bounds, freshMemory, 0);
    const gone = autoscale({ ...short, waiting: 0 }, bounds, first.memory, 20_000);
    const again = autoscale(short, bounds, gone.memory, 31_000);
    expect(again.order).toBe(0);
    expect(autoscale(short, bounds, again.memory, 61_000).order).toBe(1);
  });

  test("a job that gets a run in between is kept", () => {
    const idle: Demand = { waiting: 0, freeElsewhere: 0, jobs: [running("a", 0)] };
    const first = autoscale(idle, bounds, freshMemory, 0);
    const busy = autoscale({ ...idle, jobs: [running("a", 1)] }, bounds, first.memory, 200_000);
    const again = autoscale(idle, bounds, busy.memory, 300_001);
    expect(again.cancel).toEqual([]);
    expect(autoscale(idle, bounds, again.memory, 600_001).cancel).toEqual(["a"]);
  });

  test("a second order waits as long as the first", () => {
    const first = autoscale(short, bounds, freshMemory, 0);
    const ordering = autoscale(short, bounds, first.memory, 30_000);
    expect(ordering.order).toBe(1);
    // The cluster does not show it yet.
    expect(autoscale(short, bounds, ordering.memory, 31_000).order).toBe(0);
  });
});
