import type { Dataset } from "../data/dataset.ts";
import type { CompiledFunction, Engine } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import type { MeasuredLoss } from "./curvedLoss.ts";
import { deviceReduction } from "./deviceReduction.ts";
import { type DeviceSums, makeDeviceSums, reductionOf } from "./deviceSums.ts";
import { type FeatureReader, lazyFeatureReader } from "./featureReader.ts";
import { type MomentSummer, momentTiles } from "./momentTiles.ts";
import type { Moments } from "./survey/moments.ts";
import { momentsOf } from "./survey/survey.ts";

/** What runs of one loss, whose networks and sets have the same shapes, measure with: each part compiled once, when it is first needed. */
export class SharedMeasuring {
  private features: FeatureReader | null = null;
  private surveyed: Moments | null = null;
  private tiles: ReturnType<typeof momentTiles> | null = null;
  private compiled: Promise<CompiledFunction> | null = null;
  private readonly sums = new Map<Dataset, Promise<DeviceSums>>();

  reader(engine: Engine, network: Network, { train, test }: Dataset): FeatureReader {
    this.features ??= lazyFeatureReader(engine, network, [train, test]);
    return this.features;
  }

  moments(engine: Engine, network: Network, dataset: Dataset): Moments {
    this.surveyed ??= momentsOf(engine, network, dataset, this.reader(engine, network, dataset));
    return this.surveyed;
  }

  /** What the second pass on the host is summed by. */
  secondPass(engine: Engine): MomentSummer {
    this.tiles ??= momentTiles(engine);
    return this.tiles;
  }

  /** @param pictured training samples whose last features are wanted: the same of runs with the same data */
  deviceSums(
    engine: Engine,
    loss: MeasuredLoss,
    network: Network,
    dataset: Dataset,
    pictured: readonly number[],
  ): Promise<DeviceSums> {
    const make = async () => {
      const reduction = reductionOf(engine, loss, network, dataset, pictured);
      if (reduction.isBound) return makeDeviceSums(engine, reduction);
      this.compiled ??= engine.compileFunction(deviceReduction(reduction));
      return makeDeviceSums(engine, reduction, await this.compiled);
    };
    const sums = this.sums.get(dataset) ?? make();
    this.sums.set(dataset, sums);
    return sums;
  }

  async dispose(): Promise<void> {
    await this.features?.dispose();
    await this.surveyed?.dispose();
    await this.tiles?.dispose();
    for (const sums of this.sums.values()) await (await sums).dispose();
    await (await this.compiled)?.dispose();
  }
}
