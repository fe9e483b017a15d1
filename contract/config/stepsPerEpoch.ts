/**
 * Optimizer steps of one epoch, a pass over the training set: whole batches alone, as the trainer has it, which leaves the few samples
 * left over to other epochs; a full batch is one step. At least 1: a batch above the training set is refused before it trains.
 */
export const stepsPerEpoch = (batch: "full" | number, samples: number): number =>
  batch === "full" ? 1 : Math.max(1, Math.floor(samples / batch));
