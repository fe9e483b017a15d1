import { readNumbers } from "../data/datasetConfig.ts";
import { headsOf, isTransformer, linearLayers } from "./architecture.ts";
import { blocksOf, layerWidthsOf } from "./networkForm.ts";
import { resNetCosts } from "./resNetCosts.ts";
import type { RunConfig } from "./runConfig.ts";

interface Matrices {
  rows: number;
  columns: number;
  count: number;
}

/** The penalized matrices of a network but its head's, by shape: those that Muon orthogonalizes. Free features without layers have none. */
export function hiddenMatrices(config: RunConfig, inputDim: number): Matrices[] {
  const { architecture, width } = config;
  const blocks = blocksOf(config);
  const square = (each: number): Matrices => ({ rows: width, columns: width, count: each * blocks });
  if (isTransformer(architecture)) {
    const { attention, mlp } = linearLayers(architecture);
    // With one linear layer the heads' matrices lie side by side in one.
    if (attention === 1) return [{ rows: width, columns: headsOf(config) * width, count: 2 * blocks }, square(mlp)];
    return [square(4 + mlp)];
  }
  switch (architecture) {
    case "rn1":
    case "dufm":
      return [square(1)];
    case "rn2":
      return [square(2)];
    case "mlp": {
      const widths = layerWidthsOf(config);
      return widths.map((rows, l) => ({ rows, columns: widths[l - 1] ?? readNumbers(config.dataset, inputDim), count: 1 }));
    }
    case "conv":
      return [{ rows: width, columns: 9 * width, count: blocks }];
    case "resnet":
      return resNetCosts(config, inputDim).convolutions.flatMap(({ outputs, weights }) => {
        const columns = weights / outputs;
        return outputs > 1 && columns > 1 ? [{ rows: outputs, columns, count: 1 }] : [];
      });
    default:
      return [];
  }
}
