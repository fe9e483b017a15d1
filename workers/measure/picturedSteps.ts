import type { MeasuringConfig } from "../../contract/config/trainingConfig.ts";

const maxPictures = 200;

/** Whether a measured step also gets a picture of the last layer: at most about 200 in a run, as a picture is large. */
export function picturedSteps(measuring: MeasuringConfig, total: number): (step: number) => boolean {
  if (measuring.name === "log") return () => true;
  const apart = measuring.steps * Math.ceil(total / measuring.steps / maxPictures);
  return (step) => step % apart === 0 || step === total;
}
