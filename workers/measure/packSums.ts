import type { RunConfig } from "../../contract/config/runConfig.ts";
import type { Dataset } from "../data/dataset.ts";
import type { CompiledFunction, Engine, Outputs, Step, Values } from "../engine/engine.ts";
import { concatenated, joined } from "../engine/runAfterRun.ts";
import type { Network } from "../models/network.ts";
import { deviceReduction, type Reduction, type ReductionData } from "./deviceReduction.ts";
import { givenData, reductionOf, sumsOf } from "./deviceSums.ts";
import { GeometryFrames } from "./geometryFrames.ts";
import type { Sums } from "./sums.ts";

/** A run of a pack, as far as it is measured. */
interface Measured {
  config: RunConfig;
  network: Network;
  dataset: Dataset;
}

/** The sums of all runs of a pack from one call. */
export interface PackSums {
  /**
   * The sums of the run in a place; null where a number of it is not finite, or too small to come in whole, which is nothing to the others. The first to ask at a
   * version of the state makes the call, and those that do not ask cost the host nothing.
   */
  read(step: Step, version: number, place: number): Promise<Sums | null>;
  dispose(): Promise<void>;
}

/** @param members runs of one pack key: they may differ in their data, but not in its sizes. Compiled when first read */
export function makePackSums(engine: Engine, members: readonly Measured[]): PackSums {
  const reductions = reductionsOf(engine, members);
  const runs = members.length;
  const { data, own } = together(reductions.map((reduction) => reduction.data));
  const [first] = reductions;
  let compiled: Promise<CompiledFunction> | null = null;
  let last: { step: Step; version: number; outputs: Promise<Outputs> } | null = null;
  const compile = () => {
    const definition = deviceReduction(first);
    const bound = Object.entries(definition.constants ?? {});
    const constants = Object.fromEntries(bound.map(([name, constant]) => [name, { ...constant, data: data[name] }]));
    const perRun = first.isBound ? { constants: own } : { inputs: own };
    return engine.compileFunction({ ...definition, constants }, { runs, perRun });
  };
  return {
    async read(step, version, place) {
      compiled ??= compile();
      if (last?.step !== step || last.version !== version) {
        const given = first.isBound ? {} : (data as Record<string, Values>);
        last = { step, version, outputs: compiled.then((call) => call.run(given, step)) };
      }
      const outputs = Object.entries(await last.outputs).map(([name, values]) => {
        const size = values.length / runs;
        return [name, values.subarray(place * size, (place + 1) * size)];
      });
      return sumsOf(reductions[place], Object.fromEntries(outputs) as Outputs);
    },
    // Where it could not be compiled there is nothing to give back.
    dispose: async () => (await compiled?.catch(() => null))?.dispose(),
  };
}

/** One a run; of runs with the same data the same arrays, and all with equally many samples drawn. */
function reductionsOf(engine: Engine, members: readonly Measured[]): Reduction[] {
  const known = new Map<Dataset, Reduction>();
  const reductions = members.map(({ config, network, dataset }) => {
    const make = () => {
      const { drawn } = new GeometryFrames(dataset.train.labels, dataset.classes, config.measuring.pictured);
      return reductionOf(engine, config, network, dataset, drawn);
    };
    const reduction = known.get(dataset) ?? make();
    known.set(dataset, reduction);
    return reduction;
  });
  const most = Math.max(...reductions.map(({ data }) => data.drawn.length));
  for (const { data } of known.values()) {
    const drawn = new Int32Array(most);
    drawn.set(data.drawn);
    data.drawn = drawn;
  }
  return reductions;
}

type Numbers = Float32Array | Int32Array;

/** The data of all runs, run after run where they differ: `own` are the names of these. */
function together(all: readonly ReductionData[]): { data: Record<string, Numbers>; own: string[] } {
  const data: Record<string, Numbers> = {};
  const own: string[] = [];
  for (const name of Object.keys(givenData(all[0])) as (keyof ReductionData)[]) {
    const { parts, differ } = joined(all.map((one) => one[name] as Numbers));
    data[name] = concatenated(parts);
    if (differ) own.push(name);
  }
  return { data, own };
}
