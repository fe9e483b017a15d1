import type { MeasuringConfig } from "../../contract/trainingConfig.ts";
import { logSpacedSteps } from "../../math/logSpacedSteps.ts";

/** Whether all layers are measured after `step` updates: on the schedule, and always at 0 and at the last step. */
export function measuringSteps(measuring: MeasuringConfig, total: number): (step: number) => boolean {
  if (measuring.name === "every") return (step) => step % measuring.steps === 0 || step === total;
  const steps = new Set(logSpacedSteps(total, measuring.perDecade));
  return (step) => steps.has(step);
}

const mostPictures = 200;

/** Whether a measured step also gets a picture of the last layer: at most about 200 in a run, as a picture is large. */
export function picturedSteps(measuring: MeasuringConfig, total: number): (step: number) => boolean {
  if (measuring.name === "log") return () => true;
  const apart = measuring.steps * Math.ceil(total / measuring.steps / mostPictures);
  return (step) => step % apart === 0 || step === total;
}
