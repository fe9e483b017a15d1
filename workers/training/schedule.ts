import type { TrainingConfig } from "../../contract/config/trainingConfig.ts";

/**
 * The learning rate of update k = 1 … T: warm-up factor min(1, k/warmupSteps) times the schedule at t = (k − 1)/T:
 * 1 (constant), factor^(number of fractions ≤ t) (step), floor + (1 − floor)(1 + cos πt)/2 (cosine).
 */
export function learningRateAt(training: TrainingConfig, update: number): number {
  const { learningRate, schedule, warmupSteps, steps } = training;
  const t = (update - 1) / steps;
  const warmup = warmupSteps > 0 ? Math.min(1, update / warmupSteps) : 1;
  return learningRate * warmup * scheduleAt(schedule, t);
}

function scheduleAt(schedule: TrainingConfig["schedule"], t: number): number {
  switch (schedule.name) {
    case "constant":
      return 1;
    case "step":
      return schedule.factor ** schedule.at.filter((fraction) => fraction <= t).length;
    case "cosine":
      return schedule.floor + ((1 - schedule.floor) * (1 + Math.cos(Math.PI * t))) / 2;
  }
}
