import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  dropUnstoredCheckpoints,
  prepareCheckpoints,
  removeOldCheckpoints,
} from "../../../../workers/checkpoints/keptCheckpoints.ts";
import type { AttemptHistory } from "../../../../workers/spool/attemptHistory.ts";

let folder: string;
const make = (...steps: number[]) => {
  for (const step of steps) writeFileSync(join(folder, "run", `${step}.ckpt`), "");
};
const left = () => readdirSync(join(folder, "run")).filter((name) => name.endsWith(".ckpt"));
const history = (resumedFromStep: number | null, checkpoints: AttemptHistory["checkpoints"]): AttemptHistory => ({
  lastSeq: 9,
  lastStep: null,
  end: null,
  resumedFromStep,
  checkpoints,
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "collapsar-checkpoints-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("before an attempt", () => {
  const prepare = (attempt: number, lastStarted: number) => prepareCheckpoints(folder, { runId: "run", attempt, lastStarted });

  test("checkpoints of the last attempt that started are kept", () => {
    prepare(1, 0);
    make(10, 20);
    prepare(2, 1);
    expect(left()).toEqual(["10.ckpt", "20.ckpt"]);
  });

  test("also over attempts that never started, here or elsewhere", () => {
    prepare(1, 0);
    make(10);
    prepare(2, 1);
    prepare(5, 1);
    expect(left()).toEqual(["10.ckpt"]);
  });

  test("none is kept after the step to which the server's points reach, however the checkpoint is stored", () => {
    prepare(1, 0);
    make(10, 20, 30);
    mkdirSync(join(folder, "run", "40.ckpt"));
    prepareCheckpoints(folder, { runId: "run", attempt: 2, lastStarted: 1, measuredThrough: 20 });
    expect(left()).toEqual(["10.ckpt", "20.ckpt"]);
  });

  test("none is kept if a start from step 0 was requested", () => {
    prepare(1, 0);
    make(10, 20);
    prepareCheckpoints(folder, { runId: "run", attempt: 2, lastStarted: 1, fromStart: true });
    expect(left()).toEqual([]);
  });

  test("those stay that lie before where another worker's attempt resumed, as the lineage says", () => {
    prepare(1, 0);
    make(10, 20, 30);
    // Attempt 2 resumed elsewhere from step 20 of attempt 1, attempt 3 from step 25 of attempt 2, which is stored up to step 60.
    const lineage = [
      { fromAttempt: 3, through: 60 },
      { fromAttempt: 2, through: 25 },
      { fromAttempt: 1, through: 20 },
    ];
    prepareCheckpoints(folder, { runId: "run", attempt: 4, lastStarted: 3, measuredThrough: 60, lineage });
    expect(left()).toEqual(["10.ckpt", "20.ckpt"]);
  });

  test("and none where it began again: the lineage does not reach back", () => {
    prepare(1, 0);
    make(10, 20, 30);
    const lineage = [{ fromAttempt: 2, through: 60 }];
    prepareCheckpoints(folder, { runId: "run", attempt: 3, lastStarted: 2, measuredThrough: 60, lineage });
    expect(left()).toEqual([]);
  });

  test("those before an attempt of another worker are not: its points lie between", () => {
    prepare(1, 0);
    make(10, 20);
    prepare(3, 2);
    expect(left()).toEqual([]);
  });
});

describe("after a lost lease", () => {
  test("only checkpoints remain up to which the server has every point", () => {
    prepareCheckpoints(folder, { runId: "run", attempt: 1 });
    make(10, 20, 30);
    const seen = history(0, [
      { seq: 4, step: 10 },
      { seq: 6, step: 20 },
      { seq: 8, step: 30 },
    ]);
    dropUnstoredCheckpoints(folder, "run", seen, 6);
    expect(left()).toEqual(["10.ckpt", "20.ckpt"]);
  });

  test("the one the attempt went on from is among them", () => {
    prepareCheckpoints(folder, { runId: "run", attempt: 2 });
    make(10, 20);
    dropUnstoredCheckpoints(folder, "run", history(10, [{ seq: 4, step: 20 }]), 0);
    expect(left()).toEqual(["10.ckpt"]);
  });

  test("an attempt that never started touched none", () => {
    prepareCheckpoints(folder, { runId: "run", attempt: 2 });
    make(10);
    dropUnstoredCheckpoints(folder, "run", history(null, []), 0);
    expect(left()).toEqual(["10.ckpt"]);
  });
});

test("checkpoints that nobody came back for go after a month", () => {
  prepareCheckpoints(folder, { runId: "run", attempt: 1 });
  expect(removeOldCheckpoints(folder)).toBe(0);
  const longAgo = Date.now() / 1000 - 31 * 86_400;
  utimesSync(join(folder, "run"), longAgo, longAgo);
  expect(removeOldCheckpoints(folder)).toBe(1);
});
