const grouped = (n: number) => n.toLocaleString("en");

/** Why a warm-up does not do what it should; null if it does. */
export function warmupWarning(training: { warmupSteps: number; steps: number; learningRate: number }): string | null {
  const { warmupSteps, steps, learningRate } = training;
  if (!(warmupSteps > steps)) return null;
  return `The warm-up of ${grouped(warmupSteps)} steps is longer than the training of ${grouped(steps)}: the learning rate never reaches ${learningRate}. Choose a shorter warm-up.`;
}
