import fc from "fast-check";
import { expect, test } from "vitest";
import { type Share, turnOrder } from "../../../../server/supervisor/turnOrder.ts";

const share = (queue: string, underWay = 0, lastTurn = 0, yields = false): Share => ({ queue, underWay, lastTurn, yields });

test("who has fewer runs under way comes first, until all have as many", () => {
  expect(turnOrder([share("p", 3, 9), share("q", 0)], 4).order).toEqual(["q", "q", "q", "p"]);
  expect(turnOrder([share("p", 4, 4), share("q", 1, 5), share("r", 2, 6)], 5).order).toEqual(["q", "r", "q", "r", "q"]);
});

test("equals take turns, beginning with who had theirs longest ago", () => {
  expect(turnOrder([share("p", 1, 7), share("q", 1, 8), share("r", 1, 3)], 6).order).toEqual(["r", "p", "q", "r", "p", "q"]);
});

test("one alone has every slot, and nobody none", () => {
  expect(turnOrder([share("p", 5)], 3).order).toEqual(["p", "p", "p"]);
  expect(turnOrder([], 3).order).toEqual([]);
});

test("whose run found no place lets the others go first, whatever they have", () => {
  expect(turnOrder([share("p", 0, 1, true), share("q", 4, 2)], 2).order).toEqual(["q", "q"]);
  expect(turnOrder([share("p", 0, 1, true), share("q", 0, 2, true)], 2).order).toEqual(["p", "q"]);
});

test("tells where everybody stands after it", () => {
  expect(turnOrder([share("p", 2, 5), share("q", 1, 4)], 3)).toEqual({
    order: ["q", "p", "q"],
    after: [share("p", 3, 7), share("q", 3, 8)],
  });
});

const shares = fc
  .array(fc.record({ underWay: fc.nat(20), lastTurn: fc.nat(50), yields: fc.boolean() }), { minLength: 1, maxLength: 8 })
  .map((all) => all.map((one, at) => ({ queue: `q${at}`, ...one })));

test("no slot stays empty, and nobody is lifted past the others", () => {
  fc.assert(
    fc.property(shares, fc.nat(40), (before, count) => {
      const { order, after } = turnOrder(before, count);
      expect(order).toHaveLength(count);
      for (const kind of [true, false]) {
        const among = after.filter(({ yields }) => yields === kind);
        const least = Math.min(...among.map(({ underWay }) => underWay));
        for (const { queue, underWay } of among) if (order.includes(queue)) expect(underWay).toBeLessThanOrEqual(least + 1);
      }
      if (before.some(({ yields }) => !yields))
        expect(after.filter(({ yields }) => yields)).toEqual(before.filter(({ yields }) => yields));
    }),
  );
});

test("whoever has nothing under way is served before anyone has a second turn, whatever ends when", () => {
  const world = fc.record({
    people: fc.integer({ min: 2, max: 6 }),
    slots: fc.integer({ min: 1, max: 8 }),
    ends: fc.array(fc.nat(), { minLength: 30, maxLength: 60 }),
  });
  fc.assert(
    fc.property(world, ({ people, slots, ends }) => {
      let standing: Share[] = Array.from({ length: people }, (_, at) => share(`q${at}`));
      const running: string[] = [];
      const waited = new Map<string, number>();
      for (let turn = 0; turn < slots + ends.length; turn++) {
        if (turn >= slots) {
          const [ended] = running.splice(ends[turn - slots]! % slots, 1);
          standing = standing.map((one) => (one.queue === ended ? { ...one, underWay: one.underWay - 1 } : one));
        }
        const { order, after } = turnOrder(standing, 1);
        standing = after;
        running.push(...order);
        for (const { queue, underWay } of standing) waited.set(queue, underWay > 0 ? 0 : (waited.get(queue) ?? 0) + 1);
        expect(Math.max(...waited.values())).toBeLessThan(people);
      }
    }),
  );
});
