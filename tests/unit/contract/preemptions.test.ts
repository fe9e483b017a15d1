import { expect, test } from "vitest";
import { preemptionsOf, preemptionText } from "../../../contract/preemptions.ts";
import type { WorkerStop } from "../../../contract/wire/runEvents.ts";

const attempt = (stop: WorkerStop | null, resumedFromStep: number | null, lastStep: number | null) => ({
  resumedFromStep,
  lastStep,
  outcome: stop === null ? {} : { stop },
});

test("attempts that ended with their worker are counted by why it stopped", () => {
  const found = preemptionsOf([
    attempt("time", 0, 50),
    attempt("asked", 50, 80),
    attempt("time", 80, 120),
    attempt(null, 120, 130),
  ]);
  expect(found).toEqual({ attempts: 4, asked: 1, time: 2, fruitless: 0 });
  expect(preemptionText(found)).toBe(
    "4 attempts, 2 ended because the worker's time was up, 1 ended because the worker was asked to stop",
  );
});

test("a run that was never stopped with its worker has no such line", () => {
  expect(preemptionText(preemptionsOf([attempt(null, 0, 10)]))).toBeNull();
  expect(preemptionText(preemptionsOf([]))).toBeNull();
  expect(preemptionText({ attempts: 1, asked: 1, time: 0, fruitless: 0 })).toBe(
    "1 attempt, 1 ended because the worker was asked to stop",
  );
  expect(preemptionText({ attempts: 3, asked: 0, time: 2, fruitless: 0 })).toBe(
    "3 attempts, 2 ended because the worker's time was up",
  );
});

test("three in a row that get no further are worth a word, two are not", () => {
  const first = attempt("time", 0, 40);
  const stuck = attempt("time", 40, 40);
  const unstarted = attempt("asked", null, null);
  expect(preemptionsOf([first, stuck, stuck]).fruitless).toBe(0);
  expect(preemptionsOf([first, stuck, unstarted, stuck]).fruitless).toBe(3);
  expect(preemptionsOf([first, stuck, unstarted, stuck, unstarted]).fruitless).toBe(4);
});

test("one that gets further, or ends otherwise, begins the row anew; one that runs does not count", () => {
  const stuck = attempt("time", 40, 40);
  const row = [attempt("time", 0, 40), stuck, stuck, stuck];
  expect(preemptionsOf([...row, attempt("time", 40, 41)]).fruitless).toBe(0);
  expect(preemptionsOf([...row, attempt(null, 40, 40)]).fruitless).toBe(0);
  expect(preemptionsOf([...row, { resumedFromStep: 40, lastStep: 40, outcome: null }]).fruitless).toBe(3);
});

test("an attempt that resumed earlier than another had got must get beyond that one", () => {
  expect(
    preemptionsOf([attempt("time", 0, 90), attempt("time", 0, 60), attempt("time", 0, 90), attempt("time", 60, 80)]).fruitless,
  ).toBe(3);
});
