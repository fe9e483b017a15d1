import type { RunConfig } from "../../contract/runConfig.ts";
import type { Network } from "./network.ts";
import { residualNetwork } from "./residualNetwork.ts";

/** The network of a run on data of K classes and D inputs. */
export function defineNetwork(config: RunConfig, data: { classes: number; dimension: number }): Network {
  return residualNetwork({
    architecture: config.architecture,
    normalization: config.normalization,
    depth: config.depth,
    width: config.width,
    inputDimension: data.dimension,
    classes: data.classes,
    headBias: config.headBias,
    initialization: config.training.initialization,
  });
}
