import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AutoscaleMemory,
  autoscale,
  type Bounds,
  freshMemory,
  type OrderedJob,
} from "../../../server/launchers/autoscale.ts";

/** What may happen at the cluster and in the queue between two looks. */
const deed = fc.oneof(
  fc.record({ do: fc.constant("queue" as const), runs: fc.integer({ min: 1, max: 30 }) }),
  ...(["begin", "connect", "take", "finish", "die", "others take"] as const).map((name) => fc.record({ do: fc.constant(name) })),
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

const tickMs = 1_000;
const someBounds = fc
  .record({
    min: fc.integer({ min: 0, max: 3 }),
    more: fc.integer({ min: 0, max: 9 }),
    waitMs: fc.integer({ min: 0, max: 5_000 }),
    idleMs: fc.integer({ min: 1, max: 8_000 }),
  })
  .map(({ more, ...rest }): Bounds => ({ ...rest, max: rest.min + more, slotsEach: 1 }));

/** A cluster and a queue that do as they are told, and what the rules say on the way. */
class World {
  jobs: OrderedJob[] = [];
  waiting = 0;
  now = 0;
  private memory: AutoscaleMemory = freshMemory;
  private count = 0;
  private readonly bounds: Bounds;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }

  happen(deed: Deed): void {
    const find = (is: (job: OrderedJob) => boolean) => this.jobs.find(is);
    const change = (job: OrderedJob | undefined, to: Partial<OrderedJob>) => {
      if (job) this.jobs = this.jobs.map((each) => (each === job ? { ...job, ...to } : each));
    };
    if (deed.do === "queue") this.waiting += deed.runs;
    else if (deed.do === "begin")
      change(
        find((job) => job.state === "pending"),
        { state: "running" },
      );
    else if (deed.do === "connect")
      change(
        find((job) => job.state === "running" && job.busy === null),
        { busy: 0 },
      );
    else if (deed.do === "others take") this.waiting = Math.max(0, this.waiting - 1);
    else if (deed.do === "take") {
      const free = find((job) => job.busy !== null && job.busy < job.slots);
      if (this.waiting === 0 || !free) return;
      this.waiting--;
      change(free, { busy: free.busy! + 1 });
    } else {
      const busy = find((job) => (job.busy ?? 0) > 0);
      if (deed.do === "finish") change(busy, { busy: (busy?.busy ?? 1) - 1 });
      else this.jobs = this.jobs.filter((job) => job !== busy);
    }
  }

  /** @returns whether anything was ordered or cancelled */
  look(): boolean {
    this.now += tickMs;
    const { waiting, jobs, bounds } = this;
    const step = autoscale({ waiting, freeElsewhere: 0, jobs }, bounds, this.memory, this.now);
    this.memory = step.memory;
    expect(Number.isInteger(step.order) && step.order >= 0).toBe(true);
    expect(step.order > 0 && step.cancel.length > 0).toBe(false);
    for (const id of step.cancel) {
      const job = jobs.find((each) => each.id === id)!;
      expect(job.state === "pending" || job.busy === 0).toBe(true);
    }
    this.jobs = jobs.filter(({ id }) => !step.cancel.includes(id));
    expect(step.order % bounds.slotsEach).toBe(0);
    for (let left = step.order; left > 0; left -= bounds.slotsEach)
      this.jobs.push({ id: `job-${++this.count}`, slots: bounds.slotsEach, state: "pending", busy: null });
    expect(this.jobs.reduce((sum, { slots }) => sum + slots, 0)).toBeLessThanOrEqual(bounds.max);
    return step.order > 0 || step.cancel.length > 0;
  }
}

test("never over the bound, never a busy job cancelled, and at rest once nothing more happens", () => {
  fc.assert(
    fc.property(someBounds, fc.integer({ min: 1, max: 4 }), fc.array(deed, { maxLength: 80 }), (bounds, slotsEach, deeds) => {
      const world = new World({ ...bounds, slotsEach });
      for (const each of deeds) {
        world.happen(each);
        world.look();
      }
      // Nothing more happens: one patience of each kind later it has ordered and cancelled what there is to, and stays so.
      for (let i = 0; i < 40; i++) world.look();
      for (let i = 0; i < 40; i++) expect(world.look()).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("all of a queue is finished, and then only the least is left", () => {
  fc.assert(
    fc.property(someBounds, fc.integer({ min: 1, max: 60 }), (bounds, runs) => {
      fc.pre(bounds.max > 0);
      const world = new World(bounds);
      world.happen({ do: "queue", runs });
      for (let i = 0; i < 3_000; i++) {
        for (const name of ["begin", "connect", "take", "finish"] as const) world.happen({ do: name });
        world.look();
      }
      expect(world.waiting).toBe(0);
      expect(world.jobs.every(({ busy }) => (busy ?? 0) === 0)).toBe(true);
      expect(world.jobs).toHaveLength(bounds.min);
    }),
    { numRuns: 30 },
  );
});
