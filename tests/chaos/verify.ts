import { measuringSteps } from "../../math/steps/measuringSteps.ts";
import { leaseDigest, valuesHash } from "../../workers/agent/wire/ledger.ts";
import { withoutTimes } from "../support/builders/joinAttempts.ts";
import type { AttemptLedger } from "./ledger.ts";
import { scriptedValues } from "./scriptedRun.ts";
import { joinCurve, type StoredAttempt, type StoredRun } from "./stored.ts";

export interface Verdict {
  runs: number;
  finished: number;
  attempts: number;
  /** Measurements in valid curves, and events that workers sent. */
  points: number;
  events: number;
  lost: number;
  doubled: number;
  foreign: number;
  holes: number;
  /** Finished curves with other numbers than an undisturbed run's. */
  unequal: number;
  /** What is wrong, the first of each kind. */
  words: string[];
}

const isScripted = ({ config }: StoredRun) => config.seed >= 10;

/** Compares what the database has with what the workers sent, and the curves with what an undisturbed run measures. */
export function verify(
  stored: Map<string, StoredRun>,
  ledgers: Map<string, AttemptLedger>,
  deleted: ReadonlySet<string>,
  references: Map<string, StoredRun>,
): Verdict {
  const verdict: Verdict = {
    ...{ runs: stored.size, finished: 0, attempts: 0, points: 0, events: 0, lost: 0, doubled: 0, foreign: 0, holes: 0 },
    ...{ unequal: 0, words: [] },
  };
  const complain = (kind: "lost" | "doubled" | "foreign" | "holes" | "unequal", text: string, count = 1) => {
    if (count === 0) return;
    verdict[kind] += count;
    if (verdict.words.length < 60) verdict.words.push(`${kind} ${count}: ${text}`);
  };
  for (const ledger of ledgers.values()) {
    verdict.events += ledger.sent.size;
    const found = stored.get(ledger.run)?.attempts.get(ledger.attempt);
    const attempt = found && leaseDigest(found.lease) === ledger.lease ? found : null;
    const name = `run ${ledger.run} attempt ${ledger.attempt}`;
    if (attempt) compareAttempt(attempt, ledger, (kind, text, count) => complain(kind, `${name}: ${text}`, count));
    else if (ledger.acked > 0 && !deleted.has(ledger.run)) complain("lost", `${name} is not there`, ledger.acked);
  }
  for (const run of stored.values()) {
    for (const [number, attempt] of run.attempts) {
      verdict.attempts++;
      if (!ledgers.has(`${run.id}.${number}.${leaseDigest(attempt.lease)}`) && attempt.lastSeq > 0)
        complain("foreign", `run ${run.id} attempt ${number}: nobody sent it`, attempt.lastSeq);
    }
    const { points, doubled } = joinCurve(run);
    verdict.points += points.size;
    complain("doubled", `run ${run.id}: points of its curve`, doubled);
    const holes = findHoles(run, [...points.keys()]);
    complain("holes", `run ${run.id}, ${run.status}: ${holes.slice(0, 8).join(", ")} of ${points.size} points`, holes.length);
    if (run.status !== "finished") continue;
    verdict.finished++;
    const reference = references.get(JSON.stringify(run.config));
    if (!isScripted(run) && !reference) continue;
    const expected = reference ? joinCurve(reference).points : null;
    const unequal = [...points].filter(([step, values]) => {
      const wanted = isScripted(run) ? scriptedValues(run.config.seed, step) : expected!.get(step);
      return wanted !== undefined && valuesHash(withoutTimes(values)) !== valuesHash(withoutTimes(wanted));
    });
    complain("unequal", `run ${run.id}: from step ${unequal[0]?.[0]} on`, unequal.length);
  }
  return verdict;
}

type Complain = (kind: "lost" | "doubled" | "foreign", text: string, count: number) => void;

/** All that was acknowledged is stored, once; all that is stored was sent. */
function compareAttempt(attempt: StoredAttempt, ledger: AttemptLedger, complain: Complain): void {
  complain("lost", `acknowledged to ${ledger.acked}, stored to ${attempt.lastSeq}`, Math.max(0, ledger.acked - attempt.lastSeq));
  const values = new Map<number, Record<string, number>>();
  let doubled = 0;
  for (const [key, { steps, values: column }] of attempt.series)
    for (const [index, step] of steps.entries()) {
      const point = values.get(step) ?? {};
      if (key in point) doubled++;
      values.set(step, { ...point, [key]: column[index] });
    }
  complain("doubled", "points of one attempt", doubled);
  const missing: number[] = [];
  const sentHashes = new Set<string>();
  for (const [seq, events] of ledger.sent)
    for (const { kind, step, hash } of events) {
      if (kind === "measurement") sentHashes.add(`${step} ${hash}`);
      if (seq > ledger.acked || events.length > 1) continue;
      if (kind === "measurement" && !values.has(step!)) missing.push(seq);
      if (["log", "geometry", "checkpoint"].includes(kind) && !attempt.seqs.get(kind)?.includes(seq)) missing.push(seq);
    }
  complain("lost", `acknowledged events ${missing.slice(0, 8).join(", ")}`, missing.length);
  const foreign = [...values].filter(([step, point]) => !sentHashes.has(`${step} ${valuesHash(point)}`));
  complain(
    "foreign",
    `points of steps ${foreign
      .slice(0, 8)
      .map(([step]) => step)
      .join(", ")}`,
    foreign.length,
  );
  for (const [kind, seqs] of attempt.seqs) {
    const unsent = seqs.filter((seq) => !ledger.sent.has(seq));
    complain("foreign", `${kind} ${unsent.slice(0, 8).join(", ")}`, unsent.length);
    complain("doubled", kind, seqs.length - new Set(seqs).size);
  }
}

/** Steps of the schedule that a curve lacks: of a finished run all, else those before its last point. */
function findHoles({ config, status }: StoredRun, steps: number[]): number[] {
  const { steps: total } = config.training;
  const last = status === "finished" ? total : (steps.at(-1) ?? -1);
  const there = new Set(steps);
  return measuringSteps(config.measuring, total).filter((step) => step <= last && !there.has(step));
}
