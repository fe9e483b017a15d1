import { datasetLabel } from "../../../contract/data/datasetConfig.ts";
import { definitionsOf, definitionText } from "../../../contract/metrics/metricDefinitions.ts";
import { precisionText } from "../../../contract/precision.ts";
import type { StartedEvent } from "../../../contract/wire/runEvents.ts";
import type { TrainedRun } from "../../../db/queries/runs.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

type Fact = [name: string, value: string];

/** What the head of every table says: what it is, of which study, when and by which program it was written, and how to read it. */
export const csvFacts = (context: ServiceContext, what: string, experiment: { id: string; name: string }): Fact[] => [
  ["table", what],
  ["experiment", `${experiment.name} (${experiment.id})`],
  ["exported", `${new Date().toISOString()} by Collapsar ${context.version}`],
  ["read", "pandas.read_csv(file, comment='#') or read.csv(file, comment.char='#'); without these lines: ?head=none"],
  [
    "series",
    "split/metric@layer; layers count from 1 (X_1) to the last one in front of the classifier, here also named @last; :i is class i, or value i of a spectrum, from 0",
  ],
  ["depth", "L, as the network's definition counts it; resolved.blocks is the number of residual blocks"],
  [
    "units",
    "losses in nats (cross entropy) or squared units (mse), means over samples; times in ms; steps are optimizer updates",
  ],
];

/** Which data a run was trained on, as text. */
export function dataFact({ config, dataset }: Pick<TrainedRun, "config" | "dataset">): string {
  const label = datasetLabel(config.dataset);
  if (!dataset) return `${label}: not loaded yet`;
  const samples = dataset.trainCounts.reduce((sum, count) => sum + count, 0);
  return `${label}: sha256 ${dataset.hash}, ${samples} training samples, ${dataset.classes} classes`;
}

/** A line for every metric among the columns. */
export const metricFacts = (keys: Iterable<string>): Fact[] =>
  Object.entries(definitionsOf(keys)).map(([metric, definition]) => [`metric ${metric}`, definitionText(definition)]);

/** What a run was trained on, how exactly that multiplies, and with how many others in one step. */
export function trainedFacts({ device, pack }: Pick<StartedEvent, "device" | "pack">): Fact[] {
  const { device: name, provider, card, precision } = device;
  const on = [name, provider, card, precision && precisionText(precision)];
  return [
    ["device", on.filter(Boolean).join(", ")],
    ["pack", pack ? `trained in one pack with ${pack.runs - 1} other${pack.runs === 2 ? " run" : " runs"}` : "trained alone"],
  ];
}
