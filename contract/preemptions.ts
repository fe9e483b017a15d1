/** So many attempts in a row that ended with their worker and got no further are worth a word. */
const fruitlessFrom = 3;

interface Attempt {
  resumedFromStep: number | null;
  /** Furthest step of which something is stored. */
  lastStep: number | null;
  /** `stop`: why its worker stopped with it. */
  outcome: { stop?: "asked" | "time" } | null;
}

export interface Preemptions {
  attempts: number;
  /** Those that ended as their worker was asked to stop, and as its time was up. */
  asked: number;
  time: number;
  /** The last ones in a row that ended with their worker and got no further than those before them; 0 below three. */
  fruitless: number;
}

/** How often a run was stopped together with its worker, which is nobody's fault, and whether it gets anywhere between. */
export function preemptionsOf(attempts: readonly Attempt[]): Preemptions {
  const ended = (stop: "asked" | "time") => attempts.filter(({ outcome }) => outcome?.stop === stop).length;
  const over = attempts.filter(({ outcome }) => outcome !== null);
  let fruitless = 0;
  let reached = -1;
  for (const { outcome, lastStep, resumedFromStep } of over) {
    const isFurther = (lastStep ?? -1) > reached;
    fruitless = outcome?.stop !== undefined && !isFurther ? fruitless + 1 : 0;
    reached = Math.max(reached, lastStep ?? -1, resumedFromStep ?? -1);
  }
  return {
    attempts: attempts.length,
    asked: ended("asked"),
    time: ended("time"),
    fruitless: fruitless >= fruitlessFrom ? fruitless : 0,
  };
}

/** "3 attempts, 2 ended because the worker's time was up". @returns null where none ended with its worker */
export function preemptionText({ attempts, asked, time }: Preemptions): string | null {
  if (asked + time === 0) return null;
  const parts = [
    time > 0 ? `${time} ended because the worker's time was up` : "",
    asked > 0 ? `${asked} ended because the worker was asked to stop` : "",
  ];
  return `${attempts} ${attempts === 1 ? "attempt" : "attempts"}, ${parts.filter(Boolean).join(", ")}`;
}
