import type { OtherSetConfig } from "../../contract/config/otherSet.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { DatasetConfig } from "../../contract/data/datasetConfig.ts";
import { ownNameOf } from "../../contract/data/ownSet.ts";
import { Failure } from "../../contract/failure.ts";
import type { Evaluation } from "../../contract/wire/runEvents.ts";
import type { Dataset } from "../data/dataset.ts";
import type { OtherSet } from "../data/otherSet.ts";
import { loadDataset } from "../data/resolve/loadDataset.ts";
import type { DatasetPlaces } from "../data/sources/places.ts";
import type { Engine } from "../engine/engine.ts";
import type { ParameterSource } from "../measure/featureReader.ts";
import type { Network } from "../models/network.ts";
import { detectOther } from "./detectOther.ts";
import { measureRobustness } from "./robustness.ts";
import { measureTransfer } from "./transfer.ts";

/** A trained run, and what to do after training. */
interface TrainedRun {
  config: RunConfig;
  engine: Engine;
  network: Network;
  dataset: Dataset;
  /** null: none is asked for, or the network computes from no input. */
  other: OtherSet | null;
  source: ParameterSource;
  places: DatasetPlaces;
  log: (level: "info" | "warning", text: string) => void;
  /** Why the run must stop; null while it need not. */
  stopReason: () => Failure | null;
}

/**
 * What a run's config asks for after training. A part that fails is null, its reason in `missing`.
 * @throws the reason to stop, within a step of an attack or a layer of a probe
 */
export async function evaluateRun(run: TrainedRun): Promise<Evaluation> {
  const { config, engine, network, dataset, other, source, places, log } = run;
  const { robustness = null, transfer = null } = config.afterTraining ?? {};
  const missing: Record<string, string> = {};
  const stopIfAsked = () => {
    const reason = run.stopReason();
    if (reason) throw reason;
  };
  const pause = async () => {
    await new Promise(setImmediate); // lets the message through that stops it
    stopIfAsked();
  };
  const attempt = async <Part>(
    name: "robustness" | "transfer" | "outOfDistribution",
    work: () => Promise<Part>,
  ): Promise<Part | null> => {
    try {
      return await work();
    } catch (error) {
      stopIfAsked();
      const text = error instanceof Error ? error.message : String(error);
      missing[name] = text.slice(0, 500);
      log("warning", `After training, ${partTitles[name]}: ${text}`);
      return null;
    }
  };
  return {
    robustness:
      robustness &&
      (await attempt("robustness", () =>
        measureRobustness({ engine, network, loss: config, dataset, source }, robustness, pause),
      )),
    transfer:
      transfer &&
      (await attempt("transfer", async () => {
        const { vocabulary, dimension: length } = dataset;
        const reading = vocabulary && { vocabulary, length };
        const load = (set: typeof transfer.dataset) => orStopped(loadDataset(set, places, log, reading), run.stopReason);
        const second = await load(transfer.dataset);
        if (isOneSet(config.dataset, transfer.dataset)) requireUnchanged(dataset, await load(config.dataset));
        log("info", `Probed on: ${second.preparation}`);
        return measureTransfer({ engine, network, trained: dataset, second, source }, transfer.ridge, pause);
      })),
    ...(config.other && {
      outOfDistribution: await attempt("outOfDistribution", () =>
        detectOther({ engine, network, trained: dataset, other, source }, config.other as OtherSetConfig, pause),
      ),
    }),
    missing,
  };
}

const partTitles = { robustness: "robustness", transfer: "transfer", outOfDistribution: "out of distribution" } as const;

/** Whether two configs cut their samples out of one set of a person's own. */
function isOneSet(trained: DatasetConfig, probed: DatasetConfig): boolean {
  const [one, other] = [ownNameOf(trained), ownNameOf(probed)];
  return one !== null && other !== null && one.id === other.id && one.name === other.name;
}

/** @throws Failure DATASET_CHANGED if what was trained on is no longer there: what is probed then is not the same set */
function requireUnchanged(trained: Dataset, now: Dataset): void {
  if (now.resolved.hash === trained.resolved.hash) return;
  throw new Failure(
    "DATASET_CHANGED",
    `The set was changed during training: the sha256 of what was trained on is ${trained.resolved.hash}, and would be ${now.resolved.hash} now.`,
  );
}

const askEveryMs = 200;

/** What is awaited, or the reason to stop before it came: a download may take minutes. */
async function orStopped<Value>(awaited: Promise<Value>, stopReason: () => Failure | null): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const reason = stopReason();
      if (reason) reject(reason);
    }, askEveryMs);
  });
  try {
    return await Promise.race([awaited, stopped]);
  } finally {
    clearInterval(timer);
  }
}
