import { assertInteger } from "../MathError.ts";
import { logSpacedSteps } from "./logSpacedSteps.ts";

/** When a run is measured: every n steps, or at log-spaced ones. */
type Schedule = { name: "every"; steps: number } | { name: "log"; perDecade: number };

/**
 * The steps after which all layers are measured: those of the schedule, and always 0 and the last one; integers, strictly rising.
 * @param total optimizer steps of the run, an integer ≥ 0
 * @throws {MathError} if an argument is out of range
 */
export function measuringSteps(measuring: Schedule, total: number): number[] {
  if (measuring.name === "log") return logSpacedSteps(total, measuring.perDecade);
  assertInteger("total", total, 0);
  assertInteger("steps", measuring.steps, 1);
  const steps: number[] = [];
  for (let step = 0; step < total; step += measuring.steps) steps.push(step);
  steps.push(total);
  return steps;
}
