import { expect, test } from "vitest";
import { activityOf } from "../../../../app/live/activityOf.ts";
import { type Activity, describeFreshness } from "../../../../app/live/describeFreshness.ts";
import { type Freshness, notYetJoined } from "../../../../app/live/FreshnessStore.ts";
import { aRow } from "../builders.ts";

const joined: Freshness = { ...notYetJoined, link: "joined", lagMs: 180, heardAt: 100_000, movedAt: 100_000 };
const textOf = (freshness: Freshness, now: number, activity: Activity) => describeFreshness(freshness, now, activity).text;
const training = { active: true, stepMs: 100 };

test("live with the lag of the last point", () => {
  expect(textOf(joined, 100_400, training)).toBe("live, 0.2 s");
});

test("never silently frozen: silence while runs train becomes a delay that grows", () => {
  expect(textOf(joined, 112_000, training)).toBe("delayed 12 s");
  expect(textOf(joined, 400_000, training)).toBe("delayed 5 min");
});

test("a worker that answers for a run that does nothing is not live", () => {
  const heard = { ...joined, heardAt: 144_900 };
  expect(textOf(heard, 119_000, training)).toBe("live, 0.2 s");
  expect(textOf(heard, 145_000, training)).toBe("no step for 45 s");
  expect(textOf(heard, 145_000, { active: true, stepMs: 6_000 })).toBe("live, 0.2 s");
  expect(textOf(heard, 145_000, { active: true, stepMs: null })).toBe("nothing new for 45 s");
  expect(textOf(heard, 145_000, { ...training, stalledMs: 90_000 })).toBe("stalled for 90 s");
});

test("silence is not a delay where nothing trains", () => {
  expect(textOf(joined, 400_000, { active: false })).toBe("up to date");
});

test("a lost connection, a lost worker, a refusal", () => {
  expect(textOf({ ...joined, link: "lost" }, 103_000, { active: false })).toBe("delayed 3.0 s");
  expect(textOf(joined, 100_100, { active: false, resuming: true })).toBe("worker lost, resuming");
  expect(textOf({ ...joined, link: "refused", message: "no" }, 100_100, training)).toBe("not live");
});

test("a page that has to ask again and again says so, in every state in which it hears anything", () => {
  const polled = { ...joined, polling: true };
  expect(textOf(polled, 100_400, training)).toBe("live, 0.2 s, by polling");
  expect(textOf(polled, 100_400, { active: false })).toBe("up to date, by polling");
  expect(textOf({ ...polled, link: "lost" }, 103_000, training)).toBe("delayed 3.0 s");
});

test("what is expected of runs follows from their rows", () => {
  const running = { ...aRow({}, {}), status: "running" as const, step: 10, totalSteps: 100, stepMs: 50 };
  expect(activityOf([{ ...running, status: "finished" }])).toEqual({
    active: false,
    resuming: false,
    stepMs: null,
    stalledMs: null,
  });
  expect(activityOf([running, { ...running, stepMs: 70 }]).stepMs).toBe(70);
  expect(activityOf([{ ...running, step: 100 }])).toMatchObject({ active: true, stepMs: null });
  expect(activityOf([{ ...running, step: 0 }]).stepMs).toBe(null);
  const queued = { ...running, status: "queued" as const, attempt: 1 };
  expect(activityOf([{ ...queued, workerName: "gpu-1" }])).toMatchObject({ active: false, resuming: true });
  expect(activityOf([{ ...queued, workerName: null }])).toMatchObject({ active: false, resuming: false });
  const since = "2026-01-01T00:00:00.000Z";
  expect(activityOf([running, { ...running, stalledSince: since }], Date.parse(since) + 61_000).stalledMs).toBe(61_000);
});
