import { describe, expect, test } from "vitest";
import { AnswerAllowance } from "../../../../../server/context/answerAllowance.ts";
import { fittingPoints } from "../../../../../server/services/series/readThinned.ts";

describe("fittingPoints", () => {
  test.each([
    [[10, 20, 30], 60, Number.POSITIVE_INFINITY],
    [[10, 20, 30], 1_000, Number.POSITIVE_INFINITY],
    [[10, 20, 30], 50, 20],
    [[10, 20, 30], 45, 17],
    [[5, 100, 100, 100], 95, 30],
    [[100, 100, 100], 3, 3],
    [[], 100, Number.POSITIVE_INFINITY],
  ])("cuts series of %j points to at most %i in all: %d each", (lengths, most, each) => {
    expect(fittingPoints(lengths, most)).toBe(each);
  });
});

describe("AnswerAllowance", () => {
  test("lets calls take turns, tells each what is left, and refuses what comes after it is used up", async () => {
    const allowance = new AnswerAllowance(100);
    let inside = 0;
    const call = (bytes: number) =>
      allowance.spend(
        async (left) => {
          inside++;
          await new Promise((resolve) => setTimeout(resolve, 5));
          expect(inside).toBe(1);
          inside--;
          return left;
        },
        () => bytes,
      );
    const calls = [call(40), call(50), call(10), call(1)];
    const broken = allowance.spend(
      async () => Promise.reject(new Error("no")),
      () => 0,
    );
    await expect(broken).rejects.toThrow();
    const answers = await Promise.allSettled(calls);
    expect(answers.map((answer) => (answer.status === "fulfilled" ? answer.value : answer.reason.code))).toEqual([
      100,
      60,
      10,
      "INVALID",
    ]);
  });
});
