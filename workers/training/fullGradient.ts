import { effectiveRidge } from "../../contract/config/regularizer.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import { matrix } from "../../math/linear/matrix.ts";
import type { Evaluated } from "../../math/optimum/quasiNewtonStep.ts";
import { slackTerm } from "../../math/optimum/slackObjective.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import { parameterSlice, squaredNorms } from "../models/parameterLayout.ts";
import { ridgesOf } from "../models/ridges.ts";
import { oneHot } from "./batches.ts";
import { defineStep } from "./defineStep.ts";

/** J of the whole training set and its gradient, at any parameters. */
export interface FullGradient {
  at(x: Float64Array): Promise<Evaluated>;
  dispose(): Promise<void>;
}

/**
 * The gradient of a training step itself: one of plain gradient descent without momentum, whose velocity is the gradient, to all of its
 * digits, while a rate of 0 leaves the parameters where they are. Fit and gradient are float32, penalties float64.
 */
export async function makeFullGradient(
  engine: Engine,
  config: RunConfig,
  network: Network,
  dataset: Dataset,
): Promise<FullGradient> {
  const { train, classes, dimension } = dataset;
  const plain: RunConfig = { ...config, training: { ...config.training, optimizer: { name: "sgd", momentum: 0 } } };
  const step = await engine.compileStep(
    defineStep(plain, network, {
      x: { shape: [train.count, dimension], data: train.inputs },
      y: { shape: [classes, train.count], data: oneHot(train.labels, classes) },
    }),
  );
  return {
    async at(x) {
      const parameters = Float32Array.from(x);
      // What is not finite would stay in the velocity, whatever it is multiplied by.
      await step.writeState({ parameters, velocity: new Float32Array(parameters.length) });
      const [fit] = (await step.run({ rate: 0, step: 1 })).fit;
      const { velocity } = await step.readState();
      return { x, value: fit + penaltyAt(config, network, parameters), gradient: Float64Array.from(velocity) };
    },
    dispose: () => step.dispose(),
  };
}

/** Every penalty on parameters, as in the objective that is measured (workers/measure/findings.ts). */
function penaltyAt(
  { regularizer, depth }: RunConfig,
  { parameters: specs, head, classes, width }: Network,
  flat: Float32Array,
): number {
  const ridges = ridgesOf(effectiveRidge(regularizer, depth), squaredNorms(flat, specs));
  const ridge = ridges.head + ridges.hidden + ridges.headBias;
  if (regularizer.family !== "slack") return ridge;
  return ridge + slackTerm(matrix(classes, width, parameterSlice(flat, specs, head)), regularizer).value;
}
