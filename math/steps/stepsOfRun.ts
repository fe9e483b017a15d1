import { logSpacedSteps } from "./logSpacedSteps.ts";
import { measuringSteps } from "./measuringSteps.ts";

/** Of iterations that polish; each takes longer than a step. */
const perDecade = 10;

/**
 * The steps after which a run is measured that is polished after its training: those of its schedule up to the last step of the optimizer,
 * and from there on log-spaced iterations; always the last one. Without polishing, those of its schedule.
 * @param trained steps of the optimizer @param end the last step, iterations of polishing included; both integers ≥ 0
 * @throws {MathError} if an argument is out of range
 */
export function stepsOfRun(measuring: Parameters<typeof measuringSteps>[0], trained: number, end: number): number[] {
  const steps = measuringSteps(measuring, Math.min(trained, end));
  if (end <= trained) return steps;
  return [
    ...steps,
    ...logSpacedSteps(end - trained, perDecade)
      .slice(1)
      .map((iteration) => trained + iteration),
  ];
}
