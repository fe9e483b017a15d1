import { readOfOther } from "../../contract/config/otherSet.ts";
import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import type { NoOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import type { Dataset } from "../data/dataset.ts";
import { makeOtherSet, type OtherSet } from "../data/otherSet.ts";
import { loadDataset } from "../data/resolve/loadDataset.ts";
import type { Log } from "../data/resolve/resolveSamples.ts";
import type { Engine } from "../engine/engine.ts";
import { makeObserver, type Observer } from "../measure/observer.ts";
import { findRunOptimum } from "../measure/runOptimum.ts";
import { SharedMeasuring } from "../measure/sharedMeasuring.ts";
import { openEngine } from "./openEngine.ts";
import type { PreparedRun } from "./preparedRun.ts";
import { type RunContext, stopIfAsked } from "./runContext.ts";

type Line = Parameters<Log>;

/** What the runs of one process have in common, made for the first of them: the device, equal data, equal optima, what measures. */
export class SharedParts {
  private readonly engines = new Map<string, Promise<Engine>>();
  private readonly datasets = new Map<string, Promise<{ dataset: Dataset; lines: Line[] }>>();
  private readonly others = new Map<string, Promise<OtherSet>>();
  private readonly optima = new Map<string, Optimum | NoOptimum>();
  private readonly measuring = new SharedMeasuring();

  engine(run: RunContext): Promise<Engine> {
    return remembered(this.engines, run.device, () => openEngine(run));
  }

  /** What is said of the data is said in each run's log. */
  async dataset({ config, places }: RunContext, log: Log): Promise<Dataset> {
    let isFirst = false;
    const loaded = await remembered(this.datasets, JSON.stringify(config.dataset), async () => {
      isFirst = true;
      const lines: Line[] = [];
      const dataset = await loadDataset(config.dataset, places, (...line) => {
        lines.push(line);
        log(...line);
      });
      return { dataset, lines };
    });
    if (!isFirst) for (const line of loaded.lines) log(...line);
    return loaded.dataset;
  }

  /** The second set of a run, as a network reads it that is trained on the first; null where the run looks at none. */
  async other({ config, places }: RunContext, trained: Dataset, log: Log): Promise<OtherSet | null> {
    const { other, dataset } = config;
    if (other === undefined) return null;
    const made = await remembered(this.others, JSON.stringify([other, dataset]), async () => {
      const { vocabulary, dimension: length } = trained;
      const second = await loadDataset(readOfOther(other), places, log, vocabulary && { vocabulary, length });
      return makeOtherSet(other, second, trained);
    });
    log("info", made.preparation);
    return made;
  }

  async optimum(run: RunContext, trainCounts: number[]): Promise<Optimum | NoOptimum> {
    const { architecture, loss, headBias, width, depth, regularizer } = run.config;
    const key = JSON.stringify([architecture, loss, headBias, width, depth, regularizer, trainCounts] satisfies (
      | RunConfig[keyof RunConfig]
      | number[]
    )[]);
    const known = this.optima.get(key);
    if (known) return known;
    const optimum = await findRunOptimum(run.config, trainCounts, () => stopIfAsked(run));
    this.optima.set(key, optimum);
    return optimum;
  }

  /** Of runs whose networks and sets have the same shapes. */
  async observer(config: RunConfig, { engine, network, dataset, optimum, other }: PreparedRun): Promise<Observer> {
    return makeObserver(engine, config, network, dataset, optimum, { shared: this.measuring, other: other?.set ?? null });
  }
}

async function remembered<Value>(made: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const value = made.get(key) ?? make();
  made.set(key, value);
  return value;
}
