import { describe, expect, test } from "vitest";
import { expandGrid } from "../../../contract/config/experimentConfig.ts";
import { leaseDigest, valuesHash } from "../../../workers/agent/wire/ledger.ts";
import type { AttemptLedger } from "../../chaos/ledger.ts";
import { scriptedValues } from "../../chaos/scriptedRun.ts";
import type { StoredAttempt, StoredRun } from "../../chaos/stored.ts";
import { verify } from "../../chaos/verify.ts";
import { smallStudy } from "../../support/builders/study.ts";

/** A scripted run of three steps, measured at each, as it should be in the database and in the ledger. */
function whole() {
  const [config] = expandGrid(smallStudy({ depths: [2], seeds: [10], steps: 3, measuring: { name: "every", steps: 1 } }));
  const lease = "a lease of twenty letters";
  const attempt: StoredAttempt = {
    ...{ lease, lastSeq: 6, resumedFromStep: 0, outcome: "FINISHED", seqs: new Map([["log", [5]]]), series: new Map() },
  };
  const ledger: AttemptLedger = { run: "r", attempt: 1, lease: leaseDigest(lease), sent: new Map(), acked: 6 };
  for (let step = 0; step <= 3; step++) {
    const values = scriptedValues(10, step);
    for (const [key, value] of Object.entries(values)) {
      const points = attempt.series.get(key) ?? { steps: [], values: [] };
      attempt.series.set(key, { steps: [...points.steps, step], values: [...points.values, value] });
    }
    ledger.sent.set(step + 1, [{ kind: "measurement", step, hash: valuesHash(values) }]);
  }
  ledger.sent.set(5, [{ kind: "log", step: null, hash: "log" }]);
  ledger.sent.set(6, [{ kind: "finished", step: 3, hash: "end" }]);
  const run: StoredRun = { id: "r", status: "finished", failure: null, config, attempts: new Map([[1, attempt]]) };
  return { run, attempt, ledger };
}

type Whole = ReturnType<typeof whole>;
const judge = ({ run, ledger }: Whole, deleted: string[] = []) => {
  const { lost, doubled, foreign, holes, unequal } = verify(
    new Map(run.attempts.size > 0 ? [["r", run]] : []),
    new Map([[`r.1.${ledger.lease}`, ledger]]),
    new Set(deleted),
    new Map(),
  );
  return { lost, doubled, foreign, holes, unequal };
};
const clean = { lost: 0, doubled: 0, foreign: 0, holes: 0, unequal: 0 };
const eachSeries = ({ attempt }: Whole, change: (points: { steps: number[]; values: number[] }) => void) => {
  for (const points of attempt.series.values()) change(points);
};

const withoutSecond = (points: { steps: number[]; values: number[] }) => {
  points.steps.splice(1, 1);
  points.values.splice(1, 1);
};
const withLastTwice = (points: { steps: number[]; values: number[] }) => {
  points.steps.push(3);
  points.values.push(points.values[3]);
};

describe("the verdict on a chaos", () => {
  test("is clean where all that was acknowledged is stored", () => expect(judge(whole())).toEqual(clean));

  test.each<[string, (given: Whole) => void, Partial<typeof clean>]>([
    ["a point that is missing", (given) => eachSeries(given, withoutSecond), { lost: 1, holes: 1 }],
    [
      "a point that was never acknowledged and is missing",
      (given) => {
        given.ledger.acked = 1;
        eachSeries(given, withoutSecond);
      },
      { holes: 1 },
    ],
    ["a point that is there twice", (given) => eachSeries(given, withLastTwice), { doubled: 8 }],
    [
      "a value that nobody sent",
      (given) => {
        given.attempt.series.get("train/loss")!.values[2] = 7;
      },
      { foreign: 1, unequal: 1 },
    ],
    ["a log line that is missing", (given) => given.attempt.seqs.clear(), { lost: 1 }],
    ["an attempt that is not there", (given) => given.run.attempts.clear(), { lost: 6 }],
    [
      "an attempt of another lease",
      (given) => {
        given.attempt.lease = "another lease of twenty letters";
      },
      { lost: 6, foreign: 6 },
    ],
  ])("counts %s", (_what, spoil, counted) => {
    const given = whole();
    spoil(given);
    expect(judge(given)).toEqual({ ...clean, ...counted });
  });

  test("excuses what a person deleted", () => {
    const given = whole();
    given.run.attempts.clear();
    expect(judge(given, ["r"])).toEqual(clean);
  });
});
