import { isTransformer } from "../../../contract/config/architecture.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { forwardNumbers, stepNumbers } from "../../../contract/launch/runMemory.ts";
import { secondMomentBytes, surveyBudget } from "../../../contract/metrics/surveyBudget.ts";
import { pickEvenly } from "../../../math/statistics/spaced.ts";
import { measuringSteps } from "../../../math/steps/measuringSteps.ts";
import type { Dataset } from "../../data/dataset.ts";
import { layerWidths } from "../../models/layerWidths.ts";
import type { Network } from "../../models/network.ts";
import { picturedSteps } from "../picturedSteps.ts";

type Sizes = Pick<Dataset, "classes" | "dimension"> & { train: { count: number }; test: { count: number } };

/** Steps at which the layers are surveyed, and why at none. */
export interface SurveyPlan {
  steps: ReadonlySet<number>;
  refusal: string | null;
}

/**
 * At which of the measured steps the layers are surveyed. Unless more was asked for: at the last one, and at as many others, evenly spread
 * over the schedule from step 0, as together take at most a small share of the training's operations (see surveyBudget).
 */
export function surveyPlan(config: RunConfig, network: Network, sizes: Sizes): SurveyPlan {
  const { measuring, training } = config;
  const cadence = measuring.layers ?? "few";
  if (cadence === "off") return { steps: new Set(), refusal: null };
  const operations = surveyOperations(config, network, sizes);
  const refusal = refusalOf(operations, network);
  if (refusal) return { steps: new Set(), refusal };
  const schedule = measuringSteps(measuring, training.steps);
  if (cadence === "every") return { steps: new Set(schedule), refusal };
  if (cadence === "pictured") return { steps: new Set(schedule.filter(picturedSteps(measuring, training.steps))), refusal };
  const { share, most } = surveyBudget.few;
  const affordable = Math.floor((share * trainingOperations(config, network, sizes)) / operations);
  return { steps: new Set(pickEvenly(schedule, Math.min(Math.max(1, affordable), most))), refusal };
}

/** "no step", "steps 0, 200", "12 steps from 0 to 2000" */
export function surveyStepsText(steps: ReadonlySet<number>): string {
  const all = [...steps].sort((a, b) => a - b);
  if (all.length === 0) return "no step";
  if (all.length > 8) return `${all.length} steps from ${all[0]} to ${all.at(-1)}`;
  return `${all.length === 1 ? "step" : "steps"} ${all.join(", ")}`;
}

function refusalOf(operations: number, network: Network): string | null {
  const widths = layerWidths(network);
  const bytes = secondMomentBytes(widths);
  if (bytes > surveyBudget.momentBytes)
    return `second moments of ${network.layers} layers of width ${Math.max(...widths)} take ${(bytes / 1e9).toPrecision(2)} GB: over ${surveyBudget.momentBytes / 1e9} GB`;
  if (operations > surveyBudget.operations)
    return `a survey of all layers takes ${operations.toExponential(1)} operations: over ${surveyBudget.operations.toExponential(0)}`;
  return null;
}

const sumOf = (widths: readonly number[], of: (width: number) => number): number =>
  widths.reduce((sum, width) => sum + of(width), 0);

/** Floating-point operations of one survey; those in JavaScript, on matrices of one layer, count for as many as the device does meanwhile. */
export function surveyOperations(config: RunConfig, network: Network, sizes: Sizes): number {
  const { classes, train, test } = sizes;
  const tested = network.freeSamples === null ? test.count : 0;
  const read = 2 * train.count + tested;
  const { hostFactor, wideFactor } = surveyBudget;
  const ofLayers = sumOf(layerWidths(network), (d) => {
    const moments = 2 * train.count * d * (d + classes);
    const scores = 4 * (train.count + tested) * classes * d;
    const solved = 2 * ((2 / 3) * d ** 3 * 2 + d ** 3 / 6 + d ** 2 * classes);
    return wideFactor * (moments + scores) + hostFactor * solved;
  });
  return read * forwardOperations(config, network, sizes) + ofLayers;
}

/** Of all steps, forward and backward. */
export function trainingOperations(config: RunConfig, network: Network, sizes: Sizes): number {
  const { batch, steps } = config.training;
  const samples = batch === "full" ? sizes.train.count : Math.min(batch, sizes.train.count);
  return 3 * steps * samples * forwardOperations(config, network, sizes);
}

/** Of one sample. */
function forwardOperations(config: RunConfig, network: Network, { classes, dimension }: Sizes): number {
  if (network.freeSamples !== null) return 2 * network.width * classes;
  const { parameters } = stepNumbers(config, { classes, inputDim: dimension }, 1);
  const { places } = forwardNumbers(config, dimension);
  return 2 * parameters * (isTransformer(config.architecture) || config.architecture === "conv" ? places : 1);
}
