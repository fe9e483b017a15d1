import type { ConvergenceRule } from "../config/experimentConfig.ts";
import type { RunConfig } from "../config/runConfig.ts";
import { type DatasetConfig, imbalanceOf, largeClassesOf, noiseRate } from "../data/datasetConfig.ts";
import { datasetSizes } from "../data/datasetSizes.ts";
import type { Ambiguity } from "../data/resolvedDataset.ts";
import { type ExternalRunConfig, isExternalConfig } from "../external/externalConfig.ts";
import { seriesKey } from "../metrics/seriesKey.ts";
import type { RunStatus } from "../status.ts";
import type { OptimumSummary } from "../wire/runEvents.ts";

/** What leaves finished runs out of means and slopes: the study's own bound as it stands, or that of the theory, fitted to each run. */
export interface LeaveOutRule extends ConvergenceRule {
  byTheory?: true;
}

/**
 * The theory of collapse is about networks that fit their training set; far below it, a network that learned nothing may well show a
 * small NC1, as all of its features shrink alike. The paper's own networks end above 0.99.
 */
const theoryRule: LeaveOutRule = { minTrainAccuracy: 0.9, byTheory: true };

/** By what the runs of a study are judged: its own rule, where it states one, else the theory's. */
export const leaveOutRule = (convergence: ConvergenceRule | undefined): LeaveOutRule => convergence ?? theoryRule;

export interface JudgedRun {
  status: RunStatus;
  config: Pick<RunConfig, "dataset"> | ExternalRunConfig;
  last: Record<string, number>;
  optimum: Pick<OptimumSummary, "geometry"> | null;
  /** Of data whose equal inputs have several labels. */
  ambiguity?: Pick<Ambiguity, "accuracy">;
}

/**
 * The training accuracy that a rule asks of a run. The theory's 0.9 is asked of what the objective's optimum fits: nothing where the
 * optimum is zero; of label noise r only the share 1 − r of labels that are right for certain, so that a study of noise keeps the runs
 * that did not learn it; of unequal classes only the larger ones, as the
 * optimum itself may give up the others (minority collapse): the large ones of two levels, else the larger half, of which ratio ρ
 * leaves at least 1/(1 + √ρ) of the samples. Where equal inputs have several labels it is asked of what any network can reach.
 */
export function askedAccuracy({ config, optimum, ambiguity }: JudgedRun, rule: LeaveOutRule): number {
  if (!rule.byTheory) return rule.minTrainAccuracy;
  if (optimum?.geometry === "zero") return 0;
  // Of data that are somebody else's nothing more is known.
  if (isExternalConfig(config)) return rule.minTrainAccuracy;
  const { dataset } = config;
  return rule.minTrainAccuracy * (1 - noiseRate(dataset)) * largerShare(dataset) * (ambiguity?.accuracy ?? 1);
}

/** The share of the training samples that the larger classes have at least. */
function largerShare(dataset: DatasetConfig): number {
  const ratio = imbalanceOf(dataset);
  const large = largeClassesOf(dataset);
  if (ratio === 1) return 1;
  if (large === null) return 1 / (1 + Math.sqrt(ratio));
  const { classes } = datasetSizes(dataset);
  return large / (large + Math.max(0, classes - large) * ratio);
}

/**
 * Whether a rule leaves a run out of means and slopes: it has finished with a training accuracy below what is asked. A run that goes
 * on is not judged yet, and one without that accuracy cannot be.
 */
export function isUnconverged(run: JudgedRun, rule: LeaveOutRule | undefined): boolean {
  if (rule === undefined || run.status !== "finished") return false;
  const accuracy = run.last[seriesKey("train", "accuracy")];
  return accuracy !== undefined && accuracy < askedAccuracy(run, rule);
}
