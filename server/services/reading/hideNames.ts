import { attacks, epsilonUnits } from "../../../contract/config/afterTraining.ts";
import { deviceChoices, type RunConfig } from "../../../contract/config/runConfig.ts";
import { ownDatasetIds } from "../../../contract/data/datasetConfig.ts";
import type { ResolvedDataset } from "../../../contract/data/resolvedDataset.ts";
import { type AnyRunConfig, isExternalConfig } from "../../../contract/external/externalConfig.ts";
import type { ExternalClient } from "../../../contract/external/externalRequests.ts";
import { detectionScores, knownSplits } from "../../../contract/metrics/detectionScores.ts";
import { parseSeriesKey } from "../../../contract/metrics/seriesKey.ts";
import { precisions } from "../../../contract/precision.ts";
import type { Evaluation, OptimumSummary, StartedEvent, StartedPack } from "../../../contract/wire/runEvents.ts";
import type { AttemptView, RunRow } from "../../../contract/wire/views.ts";
import type { WatchItem } from "../../../contract/wire/watchProtocol.ts";
import { hideOwnSet, hideTexts, type NeutralNames } from "./neutralNames.ts";

/** Texts of machines (failures, warnings, reasons) may quote their paths: a reader from whom names are hidden learns that there is one. */
export const hidden = "(hidden)";

type Replacing = { failure: { message: string } | null; optimum: OptimumSummary | null; evaluation: Evaluation | null };
type Hideable = Partial<Replacing & Pick<RunRow, "workerName" | "waitsFor" | "device" | "pack">> & {
  config?: AnyRunConfig;
  external?: { client: ExternalClient; classNames?: string[] } | null;
  dataset?: ResolvedDataset | null;
  missing?: Record<string, string>;
};

/** A run as it is stored or shown, with whichever of these fields it has. @param names needed where it has a config */
export function hideNamesInRun<T extends Hideable>(run: T, names?: NeutralNames): T {
  const hiding: { [Field in keyof Hideable]-?: (value: NonNullable<Hideable[Field]>) => Hideable[Field] | null } = {
    workerName: () => null,
    waitsFor: () => hidden,
    device: (device) => known(device, deviceChoices),
    pack: hideOthers,
    failure: (failure) => ({ ...failure, message: hidden }),
    optimum: hideNamesInOptimum,
    evaluation: hideNamesInEvaluation,
    dataset: hideNamesInDataset,
    missing: hideNamesInMissing,
    config: (config) => (isExternalConfig(config) ? hideTexts : hideNamesInRunConfig)(config as never, names ?? new Map()),
    external: hideNamesInFacts,
  };
  const shown: Record<string, unknown> = { ...run };
  for (const [field, hide] of Object.entries(hiding))
    if (shown[field] !== null && shown[field] !== undefined) shown[field] = (hide as (value: unknown) => unknown)(shown[field]);
  return shown as T;
}

/** What the program calls itself that reported a run, and what its classes are called. */
const hideNamesInFacts = <Facts extends { client: ExternalClient; classNames?: string[] }>({
  classNames: _,
  ...facts
}: Facts) => ({
  ...facts,
  client: facts.client.name === "collapsar.py" ? facts.client : { name: "", version: "" },
});

/** The others may be of studies that such a reader may not read. */
const hideOthers = (pack: StartedPack): StartedPack => ({ ...pack, with: [] });

/** A word sent by a worker, if the program knows it. */
const known = (word: string, words: readonly string[]): string => (words.includes(word) ? word : "");

function hideNamesInRunConfig(config: RunConfig, names: NeutralNames): RunConfig {
  const { dataset, afterTraining, other } = config;
  const transfer = afterTraining?.transfer;
  return {
    ...config,
    dataset: hideOwnSet(dataset, names),
    ...(transfer && {
      afterTraining: { ...afterTraining, transfer: { ...transfer, dataset: hideOwnSet(transfer.dataset, names) } },
    }),
    ...(other && { other: { ...other, dataset: hideOwnSet(other.dataset, names) } }),
  };
}

/** Why there is no L*, or what is to be known of it. */
const hideNamesInOptimum = (optimum: OptimumSummary): OptimumSummary => ({
  ...optimum,
  reason: optimum.reason === "" ? "" : hidden,
});

/** Says what is missing, but not why. */
const hideNamesInMissing = (missing: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.keys(missing)
      .filter((key) => parseSeriesKey(key) !== null || evaluationParts.includes(key))
      .map((key) => [key, hidden]),
  );
const evaluationParts: readonly string[] = [
  ...["robustness", "transfer", "outOfDistribution"],
  ...attacks.map((attack) => `robustness/${attack}`),
  ...detectionScores,
  ...knownSplits,
];

function hideNamesInEvaluation({ robustness, transfer, outOfDistribution, missing, ...rest }: Evaluation): Evaluation {
  return {
    ...rest,
    robustness: robustness && { ...robustness, unit: known(robustness.unit, Object.values(epsilonUnits)) },
    transfer: transfer && { ...transfer, dataset: hideNamesInDataset(transfer.dataset) },
    ...(outOfDistribution && {
      outOfDistribution: {
        ...outOfDistribution,
        dataset: hideNamesInDataset(outOfDistribution.dataset),
        missing: hideNamesInMissing(outOfDistribution.missing),
      },
    }),
    missing: hideNamesInMissing(missing),
  };
}

/** Where it came from, what of its files was passed over, and what a person calls the classes of their own. */
export const hideNamesInDataset = ({ classNames, ...dataset }: ResolvedDataset): ResolvedDataset => ({
  ...dataset,
  source: "",
  ...(dataset.warnings && { warnings: [hidden] }),
  ...(classNames && !(ownDatasetIds as readonly string[]).includes(dataset.id) && { classNames }),
});

export function hideNamesInAttempt(attempt: AttemptView): AttemptView {
  const { started, outcome } = attempt;
  return {
    ...attempt,
    workerName: null,
    outcome: outcome && { ...outcome, message: hidden },
    started: started && hideNamesInStart(started),
  };
}

const hideNamesInStart = (started: StartedEvent): StartedEvent => ({
  ...started,
  dataset: hideNamesInDataset(started.dataset),
  optimum: hideNamesInOptimum(started.optimum),
  device: {
    choice: known(started.device.choice, deviceChoices),
    device: known(started.device.device, deviceChoices),
    engine: known(started.device.engine, ["compiled", "eager"]),
    provider: "",
    // Why other devices were not taken quotes where their libraries were looked for.
    reason: hidden,
    ...(started.device.precision !== undefined && { precision: known(started.device.precision, precisions) }),
  },
  versions: {},
  ...(started.pack && { pack: hideOthers(started.pack) }),
});

/** @returns null if such a reader may not have the item */
export function hideNamesInItem(item: WatchItem): WatchItem | null {
  switch (item.kind) {
    case "log":
      return null;
    case "experiment":
      return { ...item, summary: { ...item.summary, launchedBy: null } };
    case "run":
      return { ...item, row: hideNamesInRun(item.row) };
    case "attempt":
      return { ...item, ...(item.device !== undefined && { device: known(item.device, deviceChoices) }) };
    default:
      return item;
  }
}
