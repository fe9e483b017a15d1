import type { AfterTraining } from "../config/afterTraining.ts";
import { type Activation, activationOf } from "../config/architecture.ts";
import { classifierIn, classifierText } from "../config/classifier.ts";
import { lossText } from "../config/loss.ts";
import { coupledShare, type OptimizerConfig } from "../config/optimizerConfig.ts";
import type { OtherSetConfig } from "../config/otherSet.ts";
import { effectiveRidge, normalizesHead, regularizerLabel } from "../config/regularizer.ts";
import type { RunConfig } from "../config/runConfig.ts";
import type { MeasuringConfig, ScheduleConfig } from "../config/trainingConfig.ts";
import { datasetFacts, type Fact } from "./datasetFacts.ts";
import { networkFacts } from "./networkFacts.ts";

/** Every choice that decided a run's numbers: no field of its config is left out. */
export const configFacts = (config: RunConfig): Fact[] => [...datasetFacts(config.dataset), ...modelFacts(config)];

/** The same but for the data set. */
export function modelFacts(config: RunConfig): Fact[] {
  const { architecture, training, seed, headBias, measuring, device, afterTraining, other } = config;
  const { gain, branchGain } = training.initialization;
  return [
    ["Seed", String(seed)],
    ...networkFacts(config),
    ["Loss", lossText(config)],
    ["Classifier", classifierText(classifierIn(config))],
    ["Classifier bias", headBias ? "yes" : "no"],
    ...regularizerFacts(config),
    ["Optimizer", optimizerText(training.optimizer)],
    ...shareFacts(config),
    ["Learning rate", String(training.learningRate)],
    ["Schedule", scheduleText(training.schedule)],
    ["Warm-up", training.warmupSteps === 0 ? "none" : `${count(training.warmupSteps)} steps`],
    ["Batch", training.batch === "full" ? "full" : count(training.batch)],
    ...(training.augmentation === undefined
      ? []
      : [
          [
            "Augmentation",
            "random crop after padding by 4 pixels, horizontal flip; measured on the pictures as they are",
          ] satisfies Fact,
        ]),
    ["Steps", count(training.steps)],
    ...startFacts(training),
    [
      "Initialization",
      architecture === "mlp"
        ? mlpDeviationText(activationOf(config), gain)
        : `standard deviation ${gain}·√(1/fan-in); of each branch's last matrix ${branchGain} times that`,
    ],
    ["Measured", measuringText(measuring)],
    ...(measuring.pictured ? [["Pictured classes", measuring.pictured.join(", ")] as Fact] : []),
    ...(measuring.layers ? [["Ranks and probes of layers", surveyText[measuring.layers]] as Fact] : []),
    ["Requested device", device],
    ...afterFacts(afterTraining),
    ...(other ? otherFacts(other) : []),
  ];
}

const count = (value: number) => value.toLocaleString("en");

/** He for activations that let about half of their input through, else Xavier; see workers/models/multilayerPerceptron.ts. */
const mlpDeviationText = (kind: Activation, gain: number): string =>
  `standard deviation ${gain}·√(${kind === "relu" || kind === "gelu" ? "2/fan-in" : "2/(fan-in + fan-out)"}) of hidden layers, ${gain}·√(1/fan-in) of the classifier`;

/** Nothing of a run that begins from random values and ends with its optimizer's steps. */
function startFacts({ grown, polish }: RunConfig["training"]): Fact[] {
  const facts: Fact[] = [];
  if (grown) {
    const how = grown.blocks === "identity" ? "identity blocks" : "trained blocks split";
    facts.push(["Start", `grown from the next shallower depth, ${how}, ε ${grown.epsilon}; the state with the lowest J is kept`]);
  }
  if (polish) {
    const { iterations, tolerance, curvature } = polish;
    const also = curvature ? "; smallest eigenvalue of the Hessian" : "";
    facts.push(["Polishing", `L-BFGS until ‖∇J‖ ≤ ${tolerance}, at most ${count(iterations)} iterations${also}`]);
  }
  return facts;
}

function optimizerText(optimizer: OptimizerConfig): string {
  const moments = "beta1" in optimizer ? `β₁ ${optimizer.beta1}, β₂ ${optimizer.beta2}, ε ${optimizer.epsilon}` : "";
  switch (optimizer.name) {
    case "sgd":
      return `SGD, momentum ${optimizer.momentum}`;
    case "signum":
      return `Signum (the sign of the momentum), momentum ${optimizer.momentum}`;
    case "muon":
      return `Muon on hidden matrices, ${optimizer.nesterov ? "Nesterov " : ""}momentum ${optimizer.momentum}; Adam on the rest, rate ${optimizer.adamRate}, ${moments}`;
    case "adam":
      return `Adam, ${moments}`;
  }
}

/** How the decay is split between the gradient and the update, where that was said. */
function shareFacts({ regularizer, training: { optimizer } }: RunConfig): Fact[] {
  const share = coupledShare(optimizer);
  if (optimizer.share === undefined || regularizer.family === "adamw") return [];
  return [["Coupled share", `${share} of the decay in the gradient, ${Number((1 - share).toPrecision(12))} beside the update`]];
}

function scheduleText(schedule: ScheduleConfig): string {
  switch (schedule.name) {
    case "constant":
      return "constant";
    case "cosine":
      return `cosine from the rate to ${schedule.floor === 0 ? "0" : `${schedule.floor} of it`}`;
    case "step":
      return `× ${schedule.factor} after ${schedule.at.join(", ")} of the steps`;
  }
}

const surveyText = {
  few: "at few steps",
  pictured: "with each picture",
  every: "at every measurement",
  off: "not measured",
} as const;

const measuringText = (measuring: MeasuringConfig) =>
  measuring.name === "log" ? `${measuring.perDecade} log-spaced steps per decade` : `every ${count(measuring.steps)} steps`;

/** The regularizer, and the strengths in effect at this depth. */
function regularizerFacts({ architecture, normalization, regularizer, depth }: RunConfig): Fact[] {
  const ridge = effectiveRidge(regularizer, depth);
  const inEffect = [
    ["head", ridge.head],
    ["hidden layers", ridge.hidden],
    ...(ridge.layers ?? []).map((value, at) => [`W_${at + 1}`, value] as const),
    ["features", ridge.features],
    ["head's bias", ridge.headBias],
    ["other biases, scales and the embedding", ridge.free],
    ["slack ρ", regularizer.family === "slack" ? regularizer.rho : 0],
  ] as const;
  const penalized = inEffect.filter(([, value]) => value > 0).map(([what, value]) => `${what} ${Number(value.toPrecision(4))}`);
  const facts: Fact[] = [["Regularizer", regularizerLabel(regularizer)]];
  if (penalized.length > 0) facts.push(["λ in effect", penalized.join(", ")]);
  if (!normalizesHead(regularizer) && architecture !== "dufm" && normalization !== "none")
    facts.push(["Last features", "not normalized before the head"]);
  return facts;
}

const normNames = { linf: "ℓ∞", l2: "ℓ2" } as const;

function afterFacts(after: AfterTraining | undefined): Fact[] {
  const facts: Fact[] = [];
  if (after?.robustness) {
    const { norms, epsilons, l2Factor, pgdSteps, samples } = after.robustness;
    const where = norms.map((norm) => (norm === "l2" ? `${normNames.l2} (ε times ${l2Factor})` : normNames.linf));
    facts.push([
      "Robustness",
      `FGSM and PGD (${pgdSteps} steps) in ${where.join(" and ")}, ε ${epsilons.join(", ")}, on ${count(samples)} test samples`,
    ]);
  }
  if (after?.transfer) {
    const { dataset, ridge } = after.transfer;
    facts.push(["Linear probes", `ridge ${ridge}`]);
    for (const [name, value] of datasetFacts(dataset)) facts.push([`Probed: ${name.toLowerCase()}`, value]);
  }
  return facts;
}

/** A second set, and the numbers of the scores that tell it from the first. */
function otherFacts(other: OtherSetConfig): Fact[] {
  const { dataset, samples, rank, alpha, temperature } = other;
  return [
    ["Out of distribution", `${count(samples)} test samples of a second set, or all where there are fewer`],
    ["Scores", `NECO with r = ${rank ?? "K − 1"}, NCI with α = ${alpha}, energy at T = ${temperature}`],
    [
      "Second set",
      datasetFacts(dataset)
        .map(([name, value]) => `${name.toLowerCase()} ${value}`)
        .join("; "),
    ],
  ];
}
