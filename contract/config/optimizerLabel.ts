import { coupledShare, type OptimizerConfig } from "./optimizerConfig.ts";
import type { TrainingConfig } from "./trainingConfig.ts";

type Trained = Pick<TrainingConfig, "optimizer" | "learningRate">;

const plain = { adam: "Adam", sgd: "SGD", signum: "Signum", muon: "Muon" } as const;
/** Those whose decoupled form has a name. */
const decoupled: Partial<Record<OptimizerConfig["name"], string>> = { adam: "AdamW", sgd: "SGDW" };

/** "Adam", "AdamW" (c = 0), "Adam c=0.25", "Muon c=0": an optimizer with the coupled share of its decay, where that is not all of it. */
export function optimizerName(optimizer: OptimizerConfig): string {
  const share = coupledShare(optimizer);
  if (share === 1) return plain[optimizer.name];
  return (share === 0 ? decoupled[optimizer.name] : undefined) ?? `${plain[optimizer.name]} c=${share}`;
}

/** What optimizers of one name may differ in, each in words. */
const traits: readonly ((trained: Trained) => string | null)[] = [
  ({ learningRate }) => `rate ${learningRate}`,
  ({ optimizer }) => ("momentum" in optimizer ? `μ=${optimizer.momentum}` : null),
  ({ optimizer }) => (optimizer.name === "muon" ? (optimizer.nesterov ? "Nesterov" : "no Nesterov") : null),
  ({ optimizer }) => (optimizer.name === "muon" ? `Adam's rate ${optimizer.adamRate}` : null),
  ({ optimizer }) => ("beta1" in optimizer ? `β₁=${optimizer.beta1}` : null),
  ({ optimizer }) => ("beta2" in optimizer ? `β₂=${optimizer.beta2}` : null),
  ({ optimizer }) => ("epsilon" in optimizer ? `ε=${optimizer.epsilon}` : null),
];

/** "Adam c=0.25, rate 0.01": an optimizer alone. */
export const optimizerLabel = (trained: Trained): string => `${optimizerName(trained.optimizer)}, rate ${trained.learningRate}`;

/** Names optimizers beside each other: what those of one name differ in is said too. */
export function optimizerNamer(all: readonly Trained[]): (trained: Trained) => string {
  const alike = Map.groupBy(all, ({ optimizer }) => optimizerName(optimizer));
  return (trained) => {
    const name = optimizerName(trained.optimizer);
    const others = alike.get(name) ?? [];
    const differing = traits.filter((trait) => new Set(others.map(trait)).size > 1);
    return [name, ...differing.map((trait) => trait(trained)).filter((text) => text !== null)].join(", ");
  };
}
