import { expect, test } from "vitest";
import { describeFreshness } from "../../../app/live/describeFreshness.ts";
import type { Freshness } from "../../../app/live/useWatch.ts";

const joined: Freshness = { link: "joined", lagMs: 180, heardAt: 100_000, message: null };
const textOf = (freshness: Freshness, now: number, active: boolean, resuming = false) =>
  describeFreshness(freshness, now, active, resuming).text;

test("live with the lag of the last point", () => {
  expect(textOf(joined, 100_400, true)).toBe("live, 0.2 s");
});

test("never silently frozen: silence while runs train becomes a delay that grows", () => {
  expect(textOf(joined, 112_000, true)).toBe("delayed 12 s");
  expect(textOf(joined, 400_000, true)).toBe("delayed 5 min");
});

test("silence is no delay where nothing trains", () => {
  expect(textOf(joined, 400_000, false)).toBe("up to date");
});

test("a lost connection, a lost worker, a refusal", () => {
  expect(textOf({ ...joined, link: "lost" }, 103_000, false)).toBe("delayed 3.0 s");
  expect(textOf(joined, 100_100, false, true)).toBe("worker lost, resuming");
  expect(textOf({ ...joined, link: "refused", message: "no" }, 100_100, true)).toBe("not live");
});
