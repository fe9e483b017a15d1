import {
  type OptimizerConfig,
  type OptimizerEntry,
  optimizerConfig,
  optimizerNames,
} from "../../../contract/config/optimizerConfig.ts";
import type { TrainingConfig } from "../../../contract/config/trainingConfig.ts";

type Name = OptimizerConfig["name"];

interface OptimizerText {
  title: string;
  /** Rates that it usually trains at. */
  rates: string;
  /** The rate at which it is added to a comparison. */
  rate: number;
  about?: string;
}

/** How the optimizers are called and explained. */
export const optimizerTexts: Record<Name, OptimizerText> = {
  adam: { title: "Adam", rates: "usually 0.001 to 0.01", rate: 0.005 },
  sgd: { title: "SGD", rates: "usually 0.01 to 0.5", rate: 0.05 },
  signum: {
    title: "Signum",
    rates: "usually 0.0001 to 0.003",
    rate: 0.0005,
    about: "Every parameter moves by the rate, in the direction of its momentum's sign.",
  },
  muon: {
    title: "Muon",
    rates: "usually 0.005 to 0.05",
    rate: 0.02,
    about:
      "The momentum of each hidden matrix is orthogonalized by five Newton–Schulz steps and scaled by √max(1, rows/columns). The embedding, the head and biases take Adam's step, at Adam's rate.",
  },
};

/** Why a share below 1 has no optimum. */
export const shareText =
  "Below 1, part of the decay is subtracted beside the update (decoupled, at 0 all of it): that optimizes something other than the objective, so there is no L* and no gap.";

/** What a form shows of a grid's optimizers: one is the training's own, several are an axis. */
export function entriesOf(training: TrainingConfig, optimizers: readonly OptimizerEntry[] | undefined): OptimizerEntry[] {
  return optimizers === undefined ? [training.optimizer] : [...optimizers];
}

/** The part of a config that says these; the last one left is the training's own again, with its rate. */
export function withEntries(
  training: TrainingConfig,
  entries: readonly OptimizerEntry[],
): { training: TrainingConfig; optimizers: OptimizerEntry[] | undefined } {
  const [first, ...others] = entries;
  if (first === undefined || others.length > 0) return { training, optimizers: [...entries] };
  const { learningRate = training.learningRate, ...optimizer } = first;
  return { training: { ...training, optimizer, learningRate }, optimizers: undefined };
}

/** Another optimizer of the same share. */
export const withName = ({ share }: OptimizerConfig, name: Name): OptimizerConfig => optimizerConfig.parse({ name, share });

/** One whose name is not there yet, at a rate of its own; the last one with all of the decay decoupled where all names are. */
export function anotherOptimizer(entries: readonly OptimizerEntry[]): OptimizerEntry {
  const name = optimizerNames.find((one) => entries.every((entry) => entry.name !== one));
  const last = entries.at(-1);
  if (name !== undefined || last === undefined) {
    const added = name ?? "adam";
    return { ...optimizerConfig.parse({ name: added }), learningRate: optimizerTexts[added].rate };
  }
  return { ...last, share: 0 };
}
